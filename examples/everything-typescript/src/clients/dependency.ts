import { caller, callers } from "../caller.js";
import { reason } from "../log.js";
import { dependencyFallbacks, dependencyRequests, dependencySeconds } from "../metrics.js";

export interface DependencyOptions {
  readonly name: string;
  readonly critical: boolean;
  readonly timeoutSeconds: number;
}

/** A dependency failed. The message is safe to show to clients, the cause is not. */
export class DependencyError extends Error {
  constructor(
    name: string,
    readonly timedOut: boolean,
    options: ErrorOptions,
  ) {
    const fault = timedOut ? "did not respond in time" : "failed";
    super(`The dependency ${name} ${fault}.`, options);
  }
}

/** Shared by all clients: the time limit, metrics, and the difference of critical and auxiliary. */
export abstract class Dependency {
  readonly name: string;
  readonly critical: boolean;
  readonly #timeoutSeconds: number;

  constructor(options: DependencyOptions) {
    this.name = options.name;
    this.critical = options.critical;
    this.#timeoutSeconds = options.timeoutSeconds;
    for (const outcome of ["ok", "error", "timeout"]) {
      dependencyRequests.inc({ dependency: this.name, outcome }, 0);
    }
    dependencyFallbacks.inc({ dependency: this.name }, 0);
  }

  /** The call of the overview; any exception is a failure. */
  abstract ask(): Promise<unknown>;

  /**
   * Does any work with the dependency, such as a driver's, with its timeout, metrics and error.
   * The work ends with its request, too. Pass the signal to what supports it.
   */
  async bounded<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { log, budget } = caller();
    budget?.throwIfAborted();
    const timeout = new AbortController();
    const timer = setTimeout(
      () => timeout.abort(new Error(`no response within ${this.#timeoutSeconds} s`)),
      this.#timeoutSeconds * 1000,
    );
    const signal = AbortSignal.any(budget ? [budget, timeout.signal] : [timeout.signal]);
    const stopTimer = dependencySeconds.startTimer({ dependency: this.name });
    const count = (outcome: "ok" | "error" | "timeout") => {
      stopTimer();
      dependencyRequests.inc({ dependency: this.name, outcome });
    };
    try {
      const result = await Promise.race([work(signal), aborted(signal)]);
      count("ok");
      return result;
    } catch (error) {
      // The request is over: that is not the dependency's fault.
      budget?.throwIfAborted();
      const timedOut = timeout.signal.aborted;
      count(timedOut ? "timeout" : "error");
      log.warn(
        { dependency: this.name, critical: this.critical, error: reason(error) },
        "dependency failed",
      );
      throw new DependencyError(this.name, timedOut, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Ends the wait for work that ignores its signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

export interface Answers {
  /** By name; `null` if the fallback is used. */
  readonly answers: Record<string, unknown>;
  /** The dependencies whose fallback is used. */
  readonly degraded: string[];
}

/**
 * Calls all in parallel; an auxiliary one that fails uses its fallback. Throws if a critical one
 * fails, which ends the other calls.
 */
export async function askAll(clients: readonly Dependency[]): Promise<Answers> {
  const { log, id, budget } = caller();
  const stop = new AbortController();
  const all = AbortSignal.any(budget ? [budget, stop.signal] : [stop.signal]);
  try {
    return await callers.run({ log, id, budget: all }, gather, clients);
  } finally {
    stop.abort();
  }
}

/** The client of that class, for a route or a job that calls one dependency. */
export function find<Client extends Dependency>(
  clients: readonly Dependency[],
  kind: new (...options: never[]) => Client,
): Client {
  const found = clients.find((client) => client instanceof kind);
  if (found === undefined) {
    throw new Error(`There is no ${kind.name}.`);
  }
  return found as Client;
}

async function gather(clients: readonly Dependency[]): Promise<Answers> {
  const degraded = new Set<string>();
  const entries = await Promise.all(
    clients.map(async (client) => {
      const result = await client.ask().catch((error) => {
        if (client.critical || !(error instanceof DependencyError)) {
          throw error;
        }
        degraded.add(client.name);
        dependencyFallbacks.inc({ dependency: client.name });
        return null;
      });
      return [client.name, result] as const;
    }),
  );
  return {
    answers: Object.fromEntries(entries),
    degraded: clients.map((client) => client.name).filter((name) => degraded.has(name)),
  };
}
