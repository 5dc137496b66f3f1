import { STATUS_CODES } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { DependencyError } from "./clients/dependency.js";
import { failure } from "./log.js";
import { REQUEST_ID_HEADER } from "./request-id.js";

/** An error response (RFC 9457), which routes throw. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

/** Turns every error into a problem without internals. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  // What fails when the time of the request is over, fails for that reason.
  const problem = toProblem(request.budget?.aborted ? request.budget.reason : error);
  if (problem === undefined) {
    request.log.error(failure(error), "unexpected error");
  }
  const { status, message, headers } = problem ?? new Problem(500, "An unexpected error occurred.");
  reply
    .code(status)
    .headers({ ...headers, [REQUEST_ID_HEADER]: request.id })
    .type("application/problem+json")
    // As bytes, because Fastify adds a charset to text, which this type does not have.
    .send(Buffer.from(problemBody(status, message, request.id)));
}

export function problemBody(status: number, detail: string, requestId: string): string {
  const title = STATUS_CODES[status] ?? "Error";
  return JSON.stringify({ type: "about:blank", title, status, detail, request_id: requestId });
}

/** The error for the client, or nothing if it is internal. */
function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof DependencyError) {
    return new Problem(error.timedOut ? 504 : 502, error.message);
  }
  if (!(error instanceof Error)) {
    return undefined;
  }
  const status = "statusCode" in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500 ? new Problem(status, error.message) : undefined;
}
