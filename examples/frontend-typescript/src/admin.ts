import { readFile } from "node:fs/promises";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { Lifecycle } from "./lifecycle.js";
import { registry } from "./metrics.js";
import { observeQuietly } from "./observe.js";
import { createServer } from "./server.js";
import type { Settings } from "./settings.js";

/** Beside `dist/` in the image. */
const OPENAPI = new URL("../openapi.json", import.meta.url);

/** Probes, metrics and the OpenAPI document. No probe calls a dependency, because an outage there must not restart pods (P04, P08). */
export function createAdmin(
  settings: Settings,
  lifecycle: Lifecycle,
  log: FastifyBaseLogger,
): FastifyInstance {
  const app = createServer(settings, log, observeQuietly);

  app.get("/livez", async () => ({ status: "ok" }));
  app.get("/startupz", async (_request, reply) => {
    reply.code(lifecycle.started ? 200 : 503);
    return { status: lifecycle.started ? "ok" : "starting" };
  });
  app.get("/readyz", async (_request, reply) => {
    reply.code(lifecycle.ready ? 200 : 503);
    return { status: lifecycle.status };
  });
  app.get("/metrics", async (_request, reply) => {
    reply.type(registry.contentType);
    return registry.metrics();
  });
  app.get("/openapi.json", async (_request, reply) => {
    reply.type("application/json");
    return readFile(OPENAPI);
  });
  return app;
}
