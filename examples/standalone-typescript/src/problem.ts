import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { DependencyError } from "./clients/dependency.js";
import { failure } from "./log.js";
import { REQUEST_ID_HEADER } from "./request-id.js";
import { mistakesIn } from "./validation.js";

/** A field of the body, by its path, and the rule that it breaks, without its value. */
const Mistake = Type.Object({ field: Type.String(), rule: Type.String() });
export type Mistake = Static<typeof Mistake>;

export const ProblemBody = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  request_id: Type.String(),
  errors: Type.Optional(Type.Array(Mistake)),
});

/** An error response (RFC 9457), which routes throw. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly errors?: Mistake[],
  ) {
    super(detail);
  }
}

/** Turns every error into a problem without internals. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  // What fails when the time of the request is over, fails for that reason.
  const problem = toProblem(request.budget?.aborted ? request.budget.reason : error, request);
  if (problem === undefined) {
    request.log.error(failure(error), "unexpected error");
  }
  const { status, message, headers, errors } =
    problem ?? new Problem(500, "An unexpected error occurred.");
  reply
    .code(status)
    .headers({ ...headers, [REQUEST_ID_HEADER]: request.id })
    .type("application/problem+json")
    // As bytes, because Fastify adds a charset to text, which this type does not have.
    .send(Buffer.from(problemBody(status, message, request.id, errors)));
}

export function problemBody(
  status: number,
  detail: string,
  request_id: string,
  errors?: Mistake[],
): string {
  const title = STATUS_CODES[status] ?? "Error";
  const type = "about:blank";
  const body: Static<typeof ProblemBody> = { type, title, status, detail, request_id };
  return JSON.stringify(errors ? { ...body, errors } : body);
}

/** The error for the client, or nothing if it is internal. */
function toProblem(error: unknown, request: FastifyRequest): Problem | undefined {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof DependencyError) {
    return new Problem(error.timedOut ? 504 : 502, error.message);
  }
  if (!(error instanceof Error)) {
    return undefined;
  }
  if ("validation" in error) {
    return invalid(error as FastifyError, request);
  }
  const status = "statusCode" in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500 ? new Problem(status, error.message) : undefined;
}

function invalid(error: FastifyError, { body }: FastifyRequest): Problem {
  // Only what has the type of JSON is parsed.
  if (error.validationContext === "body" && Buffer.isBuffer(body)) {
    return new Problem(415, "The Content-Type of the body must be application/json.");
  }
  return new Problem(422, "The request breaks a rule.", {}, mistakesIn(error));
}
