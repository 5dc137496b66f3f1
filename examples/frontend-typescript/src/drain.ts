import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Settings } from "./settings.js";

/**
 * How long nobody must have been connected for the drain to end early: the readiness probe's new answer is seen,
 * and clients that connect anew for each request are not taken for gone between two of them.
 */
const QUIET_MS = 500;

/** For a request that the kernel had taken in before the listener closed. */
const SETTLE_MS = 100;

const POLL_MS = 20;

/** The connections and the requests in flight of all the servers that it watches. */
export class Traffic {
  readonly #responses = new Set<ServerResponse>();
  #connections = 0;
  #quietSince = 0;
  #closing = false;

  get requests(): number {
    return this.#responses.size;
  }

  /** Milliseconds since anybody was connected, or since the closing began. */
  get quiet(): number {
    return this.#connections > 0 ? 0 : performance.now() - this.#quietSince;
  }

  watch({ server }: FastifyInstance): void {
    // Node.js closes idle connections with the listener, and takes one whose answer still goes out for idle.
    server.closeIdleConnections = () => {};
    server.on("connection", (socket) => {
      this.#connections += 1;
      socket.once("close", () => {
        this.#connections -= 1;
        this.#quietSince = performance.now();
      });
    });
    // Before Fastify, which may answer at once.
    server.prependListener("request", (_request, response) => {
      this.#responses.add(response);
      response.once("close", () => this.#responses.delete(response));
      if (this.#closing) {
        response.setHeader("connection", "close");
      }
    });
  }

  /** From now on every answer ends its connection, so that no kept-alive one is cut later (P08). */
  closeWithAnswers(): void {
    this.#closing = true;
    this.#quietSince = performance.now();
    for (const response of this.#responses) {
      if (!response.headersSent) {
        response.setHeader("connection", "close");
      }
    }
  }
}

/** Serves on until nobody is connected any more or the drain is over, then stops listening and ends. */
export async function drain(
  apps: readonly FastifyInstance[],
  traffic: Traffic,
  settings: Settings,
): Promise<"finished" | "out of time"> {
  traffic.closeWithAnswers();
  const end = performance.now() + settings.shutdownSeconds * 1000;
  const drainEnd = performance.now() + settings.drainSeconds * 1000;
  await until(() => traffic.quiet >= QUIET_MS, drainEnd);

  const closed = Promise.all(apps.map((app) => app.close()));
  await sleep(SETTLE_MS);
  const finished = await until(() => traffic.requests === 0, end);
  // What is left are connections without a request.
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
