import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { askAll, type Dependency, DependencyError } from "../src/clients/dependency.js";
import { HttpDependency } from "../src/clients/http.js";
import { TcpDependency } from "../src/clients/tcp.js";
import { registry } from "../src/metrics.js";
import { freePort, json, stub, testLog } from "./support.js";

type Options = { critical?: boolean; timeoutSeconds?: number };

function http(url: string, options: Options = {}): Dependency {
  return new HttpDependency({ name: "stub", critical: true, timeoutSeconds: 5, url, ...options });
}

function ask(dependency: Dependency, requestId = "an-id"): Promise<unknown> {
  return dependency.ask({ log: testLog().log, requestId });
}

/** The failure of a dependency with this response. */
async function failure(t: TestContext, dependency: Dependency): Promise<DependencyError> {
  const error = await ask(dependency).catch((thrown) => thrown);
  assert(error instanceof DependencyError, `no failure but ${JSON.stringify(error)}`);
  t.diagnostic(String(error.cause));
  return error;
}

test("an answer is JSON or text, and the request id goes along", async (t) => {
  const url = await stub(t, (request, response) => {
    if (request.url === "/text") {
      response.end("sunny");
    } else {
      json(response, { id: request.headers["x-request-id"] });
    }
  });
  assert.deepEqual(await ask(http(url)), { id: "an-id" });
  assert.equal(await ask(http(`${url}/text`)), "sunny");
});

test("the timeout is for the whole answer", async (t) => {
  const url = await stub(t, (_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write("."), 20);
    response.once("close", () => clearInterval(drip));
  });
  const began = performance.now();
  const error = await failure(t, http(url, { timeoutSeconds: 0.2 }));
  assert(error.timedOut);
  assert(performance.now() - began < 1000);
});

test("what is no good answer is an error", async (t) => {
  const url = await stub(t, (request, response) => {
    const status = Number(request.url?.slice(1)) || 200;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 200 ? "{not json" : "{}");
  });
  for (const path of ["/", "/404", "/500", "/302"]) {
    assert(!(await failure(t, http(url + path))).timedOut, path);
  }
  assert(!(await failure(t, http(`http://127.0.0.1:${await freePort()}`))).timedOut);
});

test("an answer of more than 1 MiB is an error", async (t) => {
  const url = await stub(t, (_request, response) => {
    response.write("x".repeat(1_048_576));
    response.end("x");
  });
  assert(!(await failure(t, http(url))).timedOut);
});

test("a TCP dependency is reachable or not", async (t) => {
  const url = await stub(t, () => {});
  const options = { name: "stub", critical: true, timeoutSeconds: 5 };
  const up = new TcpDependency({ ...options, address: new URL(url).host });
  assert.deepEqual(await ask(up), { reachable: true });
  const down = new TcpDependency({ ...options, address: `127.0.0.1:${await freePort()}` });
  assert(!(await failure(t, down)).timedOut);
});

test("an auxiliary dependency that fails has a fallback, a critical one none", async (t) => {
  const good = await stub(t, (_request, response) => json(response, 1));
  const slow = await stub(t, () => {});
  const { log } = testLog();
  const fallbacks = registry.getSingleMetric("dependency_fallbacks_total");
  assert(fallbacks);
  fallbacks.reset();

  const weather = new HttpDependency({
    name: "weather",
    critical: false,
    timeoutSeconds: 0.1,
    url: slow,
  });
  assert.deepEqual(await askAll([http(good), weather], { log }), {
    answers: { stub: 1, weather: null },
    degraded: ["weather"],
  });
  const [counted] = (await fallbacks.get()).values;
  assert.deepEqual(counted, { value: 1, labels: { dependency: "weather" } });

  const mail = http(slow, { timeoutSeconds: 0.1 });
  await assert.rejects(askAll([mail, weather], { log }), DependencyError);
});
