import { AsyncLocalStorage } from "node:async_hooks";
import type { Log } from "./log.js";

/** The request or job that code works for. Clients find it here instead of in a parameter. */
export interface Caller {
  readonly log: Log;
  readonly id?: string | undefined;
  /** Aborts when the time of the request is over, or when its client has left. */
  readonly budget?: AbortSignal | undefined;
}

export const callers = new AsyncLocalStorage<Caller>();

export function caller(): Caller {
  const current = callers.getStore();
  if (current === undefined) {
    throw new Error("not in a request or job: use callers.run");
  }
  return current;
}
