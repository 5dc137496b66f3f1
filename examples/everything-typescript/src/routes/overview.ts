import type { FastifyInstance } from "fastify";
import { askAll, type Dependency } from "../clients/dependency.js";
import { SERVICE, type Settings } from "../settings.js";

/** Calls every dependency. Write your first route here. */
export function overview(app: FastifyInstance, settings: Settings, clients: Dependency[]): void {
  app.get("/", async (request) => {
    const { answers, degraded } = await askAll(clients, {
      log: request.log,
      requestId: request.id,
    });
    return { service: SERVICE, version: settings.version, dependencies: answers, degraded };
  });
}
