import type { FastifyInstance } from "fastify";
import createRouter from "find-my-way";
import { Problem } from "./problem.js";

/** Rejects what has no route: with 405 if the path has one for another method. */
export function rejectUnrouted(app: FastifyInstance): void {
  // Fastify's router finds a route by its pattern (`hasRoute`), or one that takes the method.
  const routes = createRouter();
  app.addHook("onRoute", ({ url, method }) => {
    for (const one of [method].flat() as createRouter.HTTPMethod[]) {
      if (!routes.hasRoute(one, url)) {
        routes.on(one, url, () => {});
      }
    }
  });
  app.addHook("preParsing", async ({ is404, raw }) => {
    if (is404) {
      // Without a type, the body is only read: its content does not matter.
      delete raw.headers["content-type"];
    }
  });
  app.setNotFoundHandler(({ method, url }) => {
    const methods = app.supportedMethods;
    if (!methods.includes(method)) {
      throw new Problem(501, "The method is not known.");
    }
    const allowed = methods.filter((one) => routes.find(one as createRouter.HTTPMethod, url));
    if (allowed.length > 0) {
      const allow = allowed.join(", ");
      throw new Problem(405, `This route supports only ${allow}.`, { allow });
    }
    throw new Problem(404, "There is no such route.");
  });
}
