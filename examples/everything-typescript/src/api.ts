import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { limitBodies } from "./body-limit.js";
import type { Dependency } from "./clients/dependency.js";
import { noteMethods } from "./methods.js";
import { observe } from "./observe.js";
import { overview } from "./routes/overview.js";
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
  const refuseOtherMethods = noteMethods(app);

  overview(app, settings, clients);

  refuseOtherMethods();
  return app;
}
