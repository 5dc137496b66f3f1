import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { limitBodies } from "./body-limit.js";
import type { Dependency } from "./clients/dependency.js";
import { observe } from "./observe.js";
import { routes } from "./routes/index.js";
import { createServer } from "./server.js";
import type { Settings } from "./settings.js";

/** The business routes and their middleware. */
export function createApi(
  settings: Settings,
  clients: Dependency[],
  log: FastifyBaseLogger,
): FastifyInstance {
  const app = createServer(settings, log, observe);
  limitBodies(app, settings.maxBodyBytes);
  app.register(routes, { settings, clients });
  return app;
}
