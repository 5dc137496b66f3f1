import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import Fastify, {
  type ConnectionError,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { limitTime } from "./budget.js";
import { rejectUnrouted } from "./methods.js";
import { Problem, problemBody, sendProblem } from "./problem.js";
import { REQUEST_ID_HEADER, requestId } from "./request-id.js";
import { endResponses } from "./responses.js";
import type { Settings } from "./settings.js";
import { buildValidator } from "./validation.js";

/**
 * How long a connection can wait for a request, also for the first one. It is longer than the usual
 * idle time of load balancers and clients (60 s), so that they close first.
 */
const IDLE_MS = 75_000;

/** For a request's header, from its first byte. A longer one comes from an attacker (slowloris). */
const HEADER_MS = 10_000;

const MAX_HEADER_BYTES = 32_768;

type Observer = (request: FastifyRequest, reply: FastifyReply) => void;

/** A server without routes: its limits, its request ids and its errors. */
export function createServer(
  settings: Settings,
  log: FastifyBaseLogger,
  observer: Observer,
): FastifyInstance {
  const requestMs = Math.ceil(settings.requestSeconds * 1000);
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: "request_id",
    }),
    genReqId: requestId,
    schemaController: { compilersFactory: { buildValidator } },
    bodyLimit: settings.maxBodyBytes,
    // Both also count from the start of a connection: see `refuseClient`.
    requestTimeout: Math.max(IDLE_MS, requestMs),
    http: {
      headersTimeout: HEADER_MS,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    keepAliveTimeout: IDLE_MS,
    // While it closes, it keeps responding; drain.ts ends it.
    return503OnClosing: false,
    // A path that can't be decoded has no route, so no hooks run.
    frameworkErrors: (error, request, reply) => {
      observer(request, reply);
      sendProblem(error, request, reply);
    },
    clientErrorHandler: refuseClient,
  });
  endResponses(app.server);
  app.setErrorHandler(sendProblem);
  rejectUnrouted(app);
  app.addHook("onRequest", async (request, reply) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    observer(request, reply);
    if ((request.raw.headersDistinct.host?.length ?? 0) > 1) {
      throw new Problem(400, "A request must have one Host header.");
    }
  });
  limitTime(app, requestMs);
  // Every body but JSON is read as bytes, so that a type without a parser is also limited.
  app.removeContentTypeParser("text/plain");
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  return app;
}

/** Listens on all addresses, also IPv6 if the node has it. */
export async function listen(app: FastifyInstance, port: number): Promise<void> {
  await app.ready();
  const addresses = Object.values(networkInterfaces()).flat();
  const host = addresses.some((address) => address?.family === "IPv6") ? "::" : "0.0.0.0";
  await new Promise<void>((resolve, reject) => {
    app.server.once("error", reject);
    app.server.listen({ port, host }, resolve);
  });
}

/** Input that Node.js can't parse, or that is too slow, has no request and no route. */
function refuseClient(error: ConnectionError, socket: Socket): void {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT" && socket.bytesRead === 0) {
    // It is idle, not slow. The time of its first header starts with the first byte.
    socket.setTimeout(IDLE_MS - HEADER_MS);
    return;
  }
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const unknown = error.code === "HPE_INVALID_METHOD" && REQUEST_LINE.test(String(error.rawPacket));
  const [status, detail] = unknown
    ? [501, "The method is not known."]
    : (CLIENT_ERRORS[error.code ?? ""] ?? [400, "This is not HTTP."]);
  const id = requestId({ headers: {} });
  const body = problemBody(status, detail, id);
  const head = [
    `HTTP/1.1 ${status} ${JSON.parse(body).title}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

/** A request line of any method; Node.js knows only some. */
const REQUEST_LINE = /^[\w!#$%&'*+.^`|~-]+ \S+ HTTP\/1\.[01]\r?\n/;

const CLIENT_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive in time."],
  HPE_HEADER_OVERFLOW: [431, "The header is too large."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The body's chunk extensions are too large."],
};
