import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { callers } from "../src/caller.js";
import { askAll, type Dependency, DependencyError } from "../src/clients/dependency.js";
import { HttpDependency } from "../src/clients/http.js";
import { TcpDependency } from "../src/clients/tcp.js";
import { registry } from "../src/metrics.js";
import { eventually, freePort, json, stub, testLog } from "./support.js";

type Options = { critical?: boolean; timeoutSeconds?: number };

function http(url: string, options: Options = {}): HttpDependency {
  return new HttpDependency({ name: "stub", critical: true, timeoutSeconds: 5, url, ...options });
}

/** Does work for a request with this budget. */
function within<Result>(work: () => Promise<Result>, budget?: AbortSignal): Promise<Result> {
  return callers.run({ log: testLog().log, id: "an-id", budget }, work);
}

function call(dependency: Dependency): Promise<unknown> {
  return within(() => dependency.ask());
}

/** The failure of a dependency with this response. */
async function failure(
  t: TestContext,
  dependency: Dependency,
  work = () => dependency.ask(),
): Promise<DependencyError> {
  const error = await within(work).catch((thrown) => thrown);
  assert(error instanceof DependencyError, `no failure but ${JSON.stringify(error)}`);
  t.diagnostic(String(error.cause));
  return error;
}

test("a response is JSON or text, and the request id is sent along", async (t) => {
  const url = await stub(t, (request, response) => {
    if (request.url === "/text") {
      response.end("sunny");
    } else {
      json(response, { id: request.headers["x-request-id"] });
    }
  });
  assert.deepEqual(await call(http(url)), { id: "an-id" });
  assert.equal(await call(http(`${url}/text`)), "sunny");
});

test("a POST sends JSON, with the timeout and the error of the dependency", async (t) => {
  const url = await stub(t, (request, response) => {
    if (request.url === "/slow") {
      return;
    }
    const kind = request.headers["content-type"];
    request
      .setEncoding("utf8")
      .once("data", (body) => json(response, [request.method, kind, body]));
  });
  const orders = http(url);
  assert.deepEqual(await within(() => orders.post({ id: 7 })), [
    "POST",
    "application/json",
    '{"id":7}',
  ]);
  const slow = http(`${url}/slow`, { timeoutSeconds: 0.1 });
  assert((await failure(t, slow, () => slow.post({ id: 7 }))).timedOut);
});

test("any work is bounded, also work that ignores its signal", async (t) => {
  const calls = registry.getSingleMetric("dependency_requests_total");
  assert(calls);
  calls.reset();
  const driver = http("http://127.0.0.1:1", { timeoutSeconds: 0.1 });
  assert.equal(await within(() => driver.bounded(async () => 3)), 3);
  const never = () => driver.bounded(() => sleep(60_000, 0, { ref: false }));
  assert((await failure(t, driver, never)).timedOut);
  const broken = () => driver.bounded(() => Promise.reject(new Error("a secret")));
  assert(!(await failure(t, driver, broken)).message.includes("secret"));
  const counted = (await calls.get()).values.map(({ labels, value }) => [labels.outcome, value]);
  assert.deepEqual(Object.fromEntries(counted), { ok: 1, timeout: 1, error: 1 });
});

test("work ends with its request, and that is not the dependency's failure", async () => {
  const calls = registry.getSingleMetric("dependency_requests_total");
  assert(calls);
  calls.reset();
  const budget = AbortSignal.timeout(50);
  const weather = http("http://127.0.0.1:1", { critical: false });
  let given: AbortSignal | undefined;
  const work = () =>
    weather.bounded((signal) => {
      given = signal;
      return sleep(60_000, 0, { signal });
    });
  await assert.rejects(within(work, budget), { name: "TimeoutError" });
  assert(given?.aborted);
  await assert.rejects(within(work, budget), { name: "TimeoutError" });
  assert.deepEqual(
    (await calls.get()).values.filter(({ value }) => value > 0),
    [],
  );
});

test("a critical failure ends the other calls", async (t) => {
  const failing = await stub(t, (_request, response) => response.writeHead(500).end());
  let closed = false;
  const slow = await stub(t, (_request, response) => {
    response.once("close", () => {
      closed = true;
    });
  });
  await assert.rejects(
    within(() => askAll([http(slow), http(failing)])),
    DependencyError,
  );
  await eventually(() => closed);
});

test("the timeout is for the whole response", async (t) => {
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

test("an invalid response is an error", async (t) => {
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

test("a response of more than 1 MiB is an error", async (t) => {
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
  assert.deepEqual(await call(up), { reachable: true });
  const down = new TcpDependency({ ...options, address: `127.0.0.1:${await freePort()}` });
  assert(!(await failure(t, down)).timedOut);
});

test("an auxiliary dependency that fails has a fallback, a critical one none", async (t) => {
  const good = await stub(t, (_request, response) => json(response, 1));
  const slow = await stub(t, () => {});
  const fallbacks = registry.getSingleMetric("dependency_fallbacks_total");
  assert(fallbacks);
  fallbacks.reset();

  const weather = new HttpDependency({
    name: "weather",
    critical: false,
    timeoutSeconds: 0.1,
    url: slow,
  });
  assert.deepEqual(await within(() => askAll([http(good), weather])), {
    answers: { stub: 1, weather: null },
    degraded: ["weather"],
  });
  const [counted] = (await fallbacks.get()).values;
  assert.deepEqual(counted, { value: 1, labels: { dependency: "weather" } });

  const mail = http(slow, { timeoutSeconds: 0.1 });
  await assert.rejects(
    within(() => askAll([mail, weather])),
    DependencyError,
  );
});
