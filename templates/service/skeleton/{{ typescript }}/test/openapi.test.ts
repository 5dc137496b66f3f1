import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import swagger from "@fastify/swagger";
import Fastify, { type FastifySchema } from "fastify";
import { ProblemBody } from "../src/problem.js";
import { routes } from "../src/routes/index.js";
import { SERVICE } from "../src/settings.js";
import { testSettings } from "./support.js";

const COPY = new URL("../../openapi.json", import.meta.url);

/** The version of the API, not of a release. */
const VERSION = "1";

/** The response of every route, besides its own. */
const ERROR = {
  description: "An error",
  content: { "application/problem+json": { schema: { $ref: "Problem#" } } },
};

/** The OpenAPI document of the routes. */
async function document(): Promise<string> {
  const app = Fastify();
  await app.register(swagger, {
    openapi: { openapi: "3.1.0", info: { title: SERVICE, version: VERSION } },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, number) => `${json.$id ?? number}`,
    },
    transform: ({ schema, url }) => ({ schema: withError(schema), url }),
  });
  app.addSchema({ $id: "Problem", ...ProblemBody });
  app.register(routes, { settings: await testSettings(), clients: [] });
  await app.ready();
  const text = JSON.stringify(app.swagger(), undefined, 2);
  await app.close();
  return `${text}\n`;
}

function withError(schema: FastifySchema = {}): FastifySchema {
  return { ...schema, response: { default: ERROR, ...(schema.response as object) } };
}

test("openapi.json is what the routes give", async () => {
  const text = await document();
  if (process.env.WRITE_OPENAPI) {
    await writeFile(COPY, text);
  }
  assert(text === (await readFile(COPY, "utf8")), "The routes have changed: run make openapi.");
});
