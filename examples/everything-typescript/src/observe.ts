import type { FastifyReply, FastifyRequest } from "fastify";
import { httpInFlight, httpRequests, httpSeconds } from "./metrics.js";
import { beginSpan, endSpan, inSpan } from "./tracing.js";

/** nginx's status for a client that left before its response was complete. */
export const CLIENT_LEFT = 499;

/** A client can invent methods, and the number of series must not grow with them. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Measures and logs a request when its response is sent or its client has left. */
export function observe(request: FastifyRequest, reply: FastifyReply): void {
  const began = performance.now();
  httpInFlight.inc();
  beginSpan(request, METHODS.has(request.method) ? request.method : "_OTHER");
  reply.raw.once("close", () => {
    httpInFlight.dec();
    inSpan(request, () => record(request, reply, performance.now() - began));
  });
}

/** Requests on the admin port come every few seconds and are not logged. */
export function observeQuietly(request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once("close", () => {
    const { method, url: path } = request;
    request.log.debug({ method, path, status: reply.raw.statusCode }, "probe");
  });
}

function record(request: FastifyRequest, reply: FastifyReply, milliseconds: number): void {
  const { method } = request;
  const route = request.routeOptions.url ?? "unmatched";
  const status = reply.raw.writableFinished ? reply.raw.statusCode : CLIENT_LEFT;
  const label = METHODS.has(method) ? method : "other";
  httpRequests.inc({ method: label, route, status });
  httpSeconds.observe({ method: label, route }, milliseconds / 1000);
  const path = request.url.split("?", 1)[0];
  request.log.info(
    { method, path, status, duration_ms: Math.round(milliseconds * 1000) / 1000 },
    "request",
  );
  endSpan(request, status);
}
