import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { limitBodies } from "./body-limit.js";
import type { Dependency } from "./clients/dependency.js";
import { observe } from "./observe.js";
import { overview } from "./routes/overview.js";
import { createServer } from "./server.js";
import type { Settings } from "./settings.js";
import { traceRequests } from "./tracing.js";

/** The business routes, each a plugin, and their middleware. */
export function createApi(
  settings: Settings,
  clients: Dependency[],
  log: FastifyBaseLogger,
): FastifyInstance {
  const app = createServer(settings, log, observe);
  traceRequests(app);
  limitBodies(app, settings.maxBodyBytes);
  app.register(overview, { settings, clients });
  return app;
}
