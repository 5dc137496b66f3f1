import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { answerWithProblems, problemBody, sendProblem } from "./problem.js";
import { REQUEST_ID_HEADER, requestId } from "./request-id.js";
import type { Settings } from "./settings.js";

/**
 * How long a connection can wait for a request, also for the first one. It is longer than the usual
 * idle time of load balancers and clients (60 s), so that they close first.
 */
const IDLE_MS = 75_000;

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
    bodyLimit: settings.maxBodyBytes,
    handlerTimeout: requestMs,
    // Both count from the start of a connection, which can be opened long before it is used.
    requestTimeout: Math.max(IDLE_MS, requestMs),
    http: { headersTimeout: IDLE_MS, connectionsCheckingInterval: 1000 },
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
  answerWithProblems(app);
  app.addHook("onRequest", async (request, reply) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    observer(request, reply);
  });
  // Every body is read as bytes, so that a type without a parser is also limited.
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
function refuseClient(error: NodeJS.ErrnoException, socket: Socket): void {
  // An unused connection is closed without a response. The client would use it as the response of
  // the next request.
  if (!socket.writable || error.code === "ECONNRESET" || socket.bytesRead === 0) {
    socket.destroy();
    return;
  }
  const [status, detail] = CLIENT_ERRORS[error.code ?? ""] ?? [400, "This is not HTTP."];
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

const CLIENT_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive in time."],
  HPE_HEADER_OVERFLOW: [431, "The header is too large."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The body's chunk extensions are too large."],
};
