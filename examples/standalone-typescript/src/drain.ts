import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Settings } from "./settings.js";

/**
 * The drain ends early after this time without a connection. The readiness probe fails meanwhile.
 * Clients with a new connection for each request come back within this time.
 */
const QUIET_MS = 500;

/** For a request that reached the kernel before the listener closed. */
const SETTLE_MS = 100;

/** A client that reads nothing for this time after the drain is disconnected. */
const UNREAD_MS = 5_000;

const POLL_MS = 20;

/** The connections and requests in flight of all watched servers. */
export class Traffic {
  readonly #responses = new Set<ServerResponse>();
  #connections = 0;
  #quietSince = 0;
  #closing = false;

  get requests(): number {
    return this.#responses.size;
  }

  /** Milliseconds since the last connection, or since the stop began. */
  get quiet(): number {
    return this.#connections > 0 ? 0 : performance.now() - this.#quietSince;
  }

  watch({ server }: FastifyInstance): void {
    // Node.js closes idle connections with the listener. It treats one whose response is still
    // being sent as idle.
    server.closeIdleConnections = () => {};
    server.on("connection", (socket) => {
      this.#connections += 1;
      socket.once("close", () => {
        this.#connections -= 1;
        this.#quietSince = performance.now();
      });
    });
    // Before Fastify, which can respond at once.
    server.prependListener("request", (_request, response) => {
      this.#responses.add(response);
      response.once("close", () => this.#responses.delete(response));
      if (this.#closing) {
        response.setHeader("connection", "close");
      }
    });
  }

  /** From now on every response closes its connection, so that none is cut later (P08). */
  closeWithResponses(): void {
    this.#closing = true;
    this.#quietSince = performance.now();
    for (const response of this.#responses) {
      if (!response.headersSent) {
        response.setHeader("connection", "close");
      }
    }
  }

  /** From now on, a client that reads nothing of its response has less time. */
  hurry(): void {
    for (const response of this.#responses) {
      response.setTimeout(UNREAD_MS);
    }
  }
}

/** Keeps serving until nobody is connected or the drain is over, then stops listening. */
export async function drain(
  apps: readonly FastifyInstance[],
  traffic: Traffic,
  settings: Settings,
): Promise<"finished" | "out of time"> {
  traffic.closeWithResponses();
  const end = performance.now() + settings.shutdownSeconds * 1000;
  const drainEnd = performance.now() + settings.drainSeconds * 1000;
  await until(() => traffic.quiet >= QUIET_MS, drainEnd);

  const closed = Promise.all(apps.map((app) => app.close()));
  await sleep(SETTLE_MS);
  traffic.hurry();
  const finished = await until(() => traffic.requests === 0, end);
  // The remaining connections have no request.
  for (const { server } of apps) {
    server.closeAllConnections();
  }
  await closed;
  return finished ? "finished" : "out of time";
}

async function until(condition: () => boolean, end: number): Promise<boolean> {
  while (!condition()) {
    if (performance.now() >= end) {
      return false;
    }
    await sleep(POLL_MS);
  }
  return true;
}
