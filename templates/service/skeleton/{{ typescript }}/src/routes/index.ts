import type { FastifyPluginAsync } from "fastify";
import { greetings } from "./greetings.js";
import { type Options, overview } from "./overview.js";

/** The business routes, each a plugin. */
export const routes: FastifyPluginAsync<Options> = async (app, options) => {
  app.register(overview, options);
  app.register(greetings);
};
