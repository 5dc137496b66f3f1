import { type Log, reason } from "../log.js";
import { dependencyFallbacks, dependencyRequests, dependencySeconds } from "../metrics.js";

/** The request or job that calls a dependency. */
export interface Caller {
  readonly log: Log;
  readonly requestId?: string;
}

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
    const fault = timedOut ? "did not answer in time" : "gave no good answer";
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

  /** One call, which stops when the signal aborts. Any exception is a failure. */
  protected abstract call(caller: Caller, signal: AbortSignal): Promise<unknown>;

  /** `call` with the timeout, which is for the whole call and not for each read. */
  async ask(caller: Caller): Promise<unknown> {
    const stopTimer = dependencySeconds.startTimer({ dependency: this.name });
    const deadline = new Deadline(this.#timeoutSeconds);
    let outcome = "ok";
    try {
      return await Promise.race([this.call(caller, deadline.signal), deadline.passed]);
    } catch (error) {
      outcome = deadline.signal.aborted ? "timeout" : "error";
      caller.log.warn(
        { dependency: this.name, critical: this.critical, error: reason(error) },
        "dependency failed",
      );
      throw new DependencyError(this.name, deadline.signal.aborted, { cause: error });
    } finally {
      deadline.cancel();
      stopTimer();
      dependencyRequests.inc({ dependency: this.name, outcome });
    }
  }
}

/** The signal stops calls that support it. The promise ends the wait for all others. */
class Deadline {
  readonly signal: AbortSignal;
  readonly passed: Promise<never>;
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    const controller = new AbortController();
    const { signal } = controller;
    this.signal = signal;
    this.passed = new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    this.#timer = setTimeout(() => {
      controller.abort(new Error(`no answer within ${seconds} s`));
    }, seconds * 1000);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}

export interface Answers {
  /** By name; `null` if the fallback is used. */
  readonly answers: Record<string, unknown>;
  /** The dependencies whose fallback is used. */
  readonly degraded: string[];
}

/** Calls all in parallel. Throws if a critical one fails; an auxiliary one uses its fallback. */
export async function askAll(clients: readonly Dependency[], caller: Caller): Promise<Answers> {
  const degraded = new Set<string>();
  const entries = await Promise.all(
    clients.map(async (client) => {
      const answer = await client.ask(caller).catch((error) => {
        if (client.critical) {
          throw error;
        }
        degraded.add(client.name);
        dependencyFallbacks.inc({ dependency: client.name });
        return null;
      });
      return [client.name, answer] as const;
    }),
  );
  return {
    answers: Object.fromEntries(entries),
    degraded: clients.map((client) => client.name).filter((name) => degraded.has(name)),
  };
}
