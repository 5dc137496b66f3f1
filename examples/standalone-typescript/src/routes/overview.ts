import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { askAll, type Dependency } from "../clients/dependency.js";
import { SERVICE, type Settings } from "../settings.js";

const Overview = Type.Object({
  service: Type.String(),
  version: Type.String(),
  dependencies: Type.Record(Type.String(), Type.Unknown()),
  degraded: Type.Array(Type.String()),
});

interface Options {
  readonly settings: Settings;
  readonly clients: readonly Dependency[];
}

/** Calls every dependency. Write your first route here. */
export const overview: FastifyPluginAsyncTypebox<Options> = async (app, { settings, clients }) => {
  app.get("/", { schema: { response: { 200: Overview } } }, async () => {
    const { answers, degraded } = await askAll(clients);
    return { service: SERVICE, version: settings.version, dependencies: answers, degraded };
  });
};
