import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

export const REQUEST_ID_HEADER = "x-request-id";

/** The caller's id if it is safe for logs, otherwise a new one. */
export function requestId({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers[REQUEST_ID_HEADER];
  if (typeof given === "string" && /^[A-Za-z0-9._-]{1,64}$/.test(given)) {
    return given;
  }
  return randomUUID().replaceAll("-", "");
}
