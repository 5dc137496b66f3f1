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

const schema = {
  operationId: "overview",
  description: "Calls every dependency.",
  response: { 200: Overview },
};

export interface Options {
  readonly settings: Settings;
  readonly clients: readonly Dependency[];
}

/** Calls every dependency. */
export const overview: FastifyPluginAsyncTypebox<Options> = async (app, { settings, clients }) => {
  app.get("/", { schema }, async () => {
    const { answers, degraded } = await askAll(clients);
    return { service: SERVICE, version: settings.version, dependencies: answers, degraded };
  });
};
