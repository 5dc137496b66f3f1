import type { FastifyInstance } from "fastify";
import { callers } from "./caller.js";
import { CLIENT_LEFT } from "./observe.js";
import { Problem } from "./problem.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Aborts when the time of the request is over, or when its client has left. */
    budget: AbortSignal;
  }
}

/**
 * Limits the time of every request. Fastify's `handlerTimeout` and `request.signal` end when the
 * body has been read, so a route with a body would have no limit.
 */
export function limitTime(app: FastifyInstance, milliseconds: number): void {
  app.decorateRequest("budget");
  app.addHook("onRequest", (request, reply, done) => {
    const controller = new AbortController();
    request.budget = controller.signal;
    const timer = setTimeout(() => {
      // A client can take longer to read a whole response.
      if (reply.sent) {
        return;
      }
      const late = request.raw.complete
        ? new Problem(504, "The request took too long.")
        : new Problem(408, "The body did not arrive in time.", { connection: "close" });
      controller.abort(late);
      // By then a handler that waits for the signal has responded.
      setImmediate(() => {
        if (!reply.raw.headersSent) {
          reply.send(late);
        } else if (!reply.sent) {
          reply.raw.destroy();
        }
      });
    }, milliseconds);
    reply.raw.once("close", () => {
      clearTimeout(timer);
      controller.abort(new Problem(CLIENT_LEFT, "The client closed the connection."));
    });
    callers.run(request, done);
  });
  // A body is read outside of the request's context.
  app.addHook("preValidation", (request, _reply, done) => callers.run(request, done));
}
