import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Settings } from "./settings.js";

/** So that the readiness probe's new answer is seen, even when nobody is connected. */
const LEAST_DRAIN_SECONDS = 0.5;

/** For a request that the kernel had taken in before the listener closed. */
const SETTLE_SECONDS = 0.1;

const POLL_MS = 20;

/** The open connections and the requests in flight of all the servers that it watches. */
export class Traffic {
  connections = 0;
  readonly #responses = new Set<ServerResponse>();
  #closing = false;

  get requests(): number {
    return this.#responses.size;
  }

  watch({ server }: FastifyInstance): void {
    server.on("connection", (socket) => {
      this.connections += 1;
      socket.once("close", () => {
        this.connections -= 1;
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
    for (const response of this.#responses) {
      if (!response.headersSent) {
        response.setHeader("connection", "close");
      }
    }
  }
}

/** Serves on until all connections are gone or the drain is over, then stops listening and ends. */
export async function drain(
  apps: readonly FastifyInstance[],
  traffic: Traffic,
  settings: Settings,
): Promise<"finished" | "out of time"> {
  traffic.closeWithAnswers();
  const end = performance.now() + settings.shutdownSeconds * 1000;
  const drainEnd = performance.now() + settings.drainSeconds * 1000;
  await sleep(Math.min(settings.drainSeconds, LEAST_DRAIN_SECONDS) * 1000);
  await until(() => traffic.connections === 0, drainEnd);

  const closed = Promise.all(apps.map((app) => app.close()));
  if (traffic.connections > 0) {
    await sleep(SETTLE_SECONDS * 1000);
  }
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
