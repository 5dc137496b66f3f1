import assert from "node:assert/strict";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyPluginAsync } from "fastify";
import { createApi } from "../src/api.js";
import { caller } from "../src/caller.js";
import { HttpDependency } from "../src/clients/http.js";
import { listen } from "../src/server.js";
import type { Settings } from "../src/settings.js";
import { eventually, json, type Line, stub, testLog, testSettings } from "./support.js";

type Changes = Partial<Settings> & {
  dependencyUrl?: string;
  critical?: boolean;
  routes?: FastifyPluginAsync;
};

/** The API on a real port. */
async function api(t: TestContext, changes: Changes = {}): Promise<{ url: string; lines: Line[] }> {
  const { dependencyUrl, critical = true, routes, ...rest } = changes;
  const settings = await testSettings({ version: "1.2.3", ...rest });
  const { log, lines } = testLog();
  const dependency =
    dependencyUrl &&
    new HttpDependency({ name: "mail", critical, timeoutSeconds: 0.3, url: dependencyUrl });
  const app = createApi(settings, dependency ? [dependency] : [], log);
  app.get("/broken", () => {
    throw new Error("a secret");
  });
  if (routes) {
    app.register(routes);
  }
  await listen(app, Number(settings.ports.http));
  t.after(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return { url: `http://127.0.0.1:${settings.ports.http}`, lines };
}

async function problem(response: Response): Promise<Record<string, unknown>> {
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const body = (await response.json()) as Record<string, unknown>;
  assert.equal(body.status, response.status);
  assert.equal(body.request_id, response.headers.get("x-request-id"));
  return body;
}

test("the overview holds the responses of the dependencies", async (t) => {
  const dependencyUrl = await stub(t, (_request, response) => json(response, { letters: 3 }));
  const { url } = await api(t, { dependencyUrl });
  const response = await fetch(url);
  assert.equal(response.status, 200);
  const { service, ...body } = (await response.json()) as Record<string, unknown>;
  assert.equal(typeof service, "string");
  assert.deepEqual(body, {
    version: "1.2.3",
    dependencies: { mail: { letters: 3 } },
    degraded: [],
  });
});

test("a critical dependency's failure is the request's, in time", async (t) => {
  const slow = await stub(t, () => {});
  const { url } = await api(t, { dependencyUrl: slow });
  const began = performance.now();
  const response = await fetch(url);
  assert.equal(response.status, 504);
  assert(performance.now() - began < 1500);
  assert.equal((await problem(response)).detail, "The dependency mail did not respond in time.");

  const failing = await stub(t, (_request, response) => response.writeHead(500).end());
  assert.equal((await fetch((await api(t, { dependencyUrl: failing })).url)).status, 502);
});

test("an auxiliary dependency's failure is not", async (t) => {
  const slow = await stub(t, () => {});
  const { url } = await api(t, { dependencyUrl: slow, critical: false });
  const response = await fetch(url);
  assert.equal(response.status, 200);
  const body = (await response.json()) as Record<string, unknown>;
  assert.deepEqual(body.dependencies, { mail: null });
  assert.deepEqual(body.degraded, ["mail"]);
});

test("a request ends within its budget", async (t) => {
  const slow = await stub(t, () => {});
  const { url } = await api(t, { dependencyUrl: slow, requestSeconds: 0.1 });
  const response = await fetch(url);
  assert.equal(response.status, 504);
  assert.equal((await problem(response)).detail, "The request took too long.");
});

test("a route in a plugin rejects other methods, and can add one to a path", async (t) => {
  const { url } = await api(t, {
    routes: async (app) => {
      app.post("/", async () => "taken");
      app.get("/test-orders/:id", async () => "order");
    },
  });
  const taken = await fetch(url, { method: "POST", body: "x" });
  assert.equal(await taken.text(), "taken");
  const refused = await fetch(url, { method: "DELETE" });
  assert.equal(refused.headers.get("allow"), "GET, HEAD, POST");
  const removed = await fetch(`${url}/test-orders/7?really`, { method: "DELETE" });
  assert.equal((await problem(removed)).status, 405);
  assert.equal(removed.headers.get("allow"), "GET, HEAD");
});

test("a route with a body ends within the budget, and finds its caller", async (t) => {
  let budget: AbortSignal | undefined;
  const { url, lines } = await api(t, {
    requestSeconds: 0.2,
    routes: async (app) => {
      app.post("/test-orders", async (request) => {
        assert.equal(caller().id, request.id);
        budget = caller().budget;
        await sleep(50);
        assert(!budget?.aborted);
        await sleep(60_000, undefined, { signal: budget, ref: false });
      });
    },
  });
  const headers = { "content-type": "application/json" };
  const late = await fetch(`${url}/test-orders`, { method: "POST", headers, body: "{}" });
  assert.equal((await problem(late)).detail, "The request took too long.");
  assert(budget?.aborted);
  await eventually(() => lines.length > 0);
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [["info", "request"]],
  );
});

test("the request id is the caller's where it is fit for logs", async (t) => {
  const { url, lines } = await api(t);
  const idFor = async (id: string) =>
    (await fetch(url, { headers: { "x-request-id": id } })).headers.get("x-request-id");
  assert.equal(await idFor("Order-7._"), "Order-7._");
  assert.match(String(await idFor("x".repeat(65))), /^[0-9a-f]{32}$/);
  assert.match(String(await idFor('"} evil')), /^[0-9a-f]{32}$/);
  await eventually(() => lines.length === 3);
  assert.equal(lines[0]?.request_id, "Order-7._");
});

test("each request is one line of the log", async (t) => {
  const { url, lines } = await api(t);
  await fetch(`${url}/?secret=1`);
  await eventually(() => lines.length === 1);
  const { timestamp, service, request_id, duration_ms, ...line } = lines[0] ?? {};
  assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.]\d{3}Z$/);
  assert.equal(typeof service, "string");
  assert.match(String(request_id), /^[0-9a-f]{32}$/);
  assert.equal(typeof duration_ms, "number");
  assert.deepEqual(line, {
    level: "info",
    version: "1.2.3",
    method: "GET",
    path: "/",
    status: 200,
    message: "request",
  });
});

test("errors are problems that show nothing of the inside", async (t) => {
  const { url, lines } = await api(t);
  assert.equal((await problem(await fetch(`${url}/nowhere`))).status, 404);
  assert.equal((await problem(await fetch(`${url}/%zz`))).status, 400);
  await eventually(() => lines.length === 2);

  const headers = { "content-type": "application/json" };
  const refused = await fetch(url, { method: "POST", headers, body: "{not json" });
  assert.equal((await problem(refused)).status, 405);
  assert.equal(refused.headers.get("allow"), "GET, HEAD");

  const broken = await fetch(`${url}/broken`);
  assert.equal(broken.status, 500);
  assert(!JSON.stringify(await problem(broken)).includes("secret"));
  const line = lines.find(({ message }) => message === "unexpected error");
  assert.equal(line?.error, "Error: a secret");
  assert.match(String(line?.stack), /api[.]test/);
  assert.equal(line?.request_id, broken.headers.get("x-request-id"));
});

test("a body that is too large is refused, and the connection lives on", async (t) => {
  const { url } = await api(t, { maxBodyBytes: 1000 });
  const post = (body: string, headers: Record<string, string | number>) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest(url, { method: "POST", headers }, resolve);
      request.once("error", reject).end(body);
    });
  const declared = await post("x".repeat(100_000), { "content-length": 100_000 });
  assert.equal(declared.statusCode, 413);
  assert.notEqual(declared.headers.connection, "close");
  const chunked = await post("x".repeat(100_000), { "transfer-encoding": "chunked" });
  assert.equal(chunked.statusCode, 413);
  const small = await post("x".repeat(1000), { "transfer-encoding": "chunked" });
  assert.equal(small.statusCode, 405);
});
