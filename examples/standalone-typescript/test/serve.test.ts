import assert from "node:assert/strict";
import { Agent, get, type IncomingMessage } from "node:http";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpDependency } from "../src/clients/http.js";
import { serve } from "../src/serve.js";
import type { Settings } from "../src/settings.js";
import { eventually, json, stub, testLog, testSettings } from "./support.js";

/** A whole service in the process of the tests. */
async function start(t: TestContext, changes: Partial<Settings> = {}, dependencyUrl = "") {
  const settings = await testSettings(changes);
  const { log, lines } = testLog();
  const stop = new AbortController();
  const slow = new HttpDependency({
    name: "slow",
    critical: true,
    timeoutSeconds: 2,
    url: dependencyUrl,
  });
  const exit = serve(settings, dependencyUrl ? [slow] : [], log, stop.signal);
  t.after(() => {
    stop.abort();
    return exit;
  });
  const admin = `http://127.0.0.1:${settings.adminPort}`;
  const probe = async (path: string) => {
    const response = await fetch(admin + path).catch(() => undefined);
    return response && `${response.status} ${await response.text()}`;
  };
  return { url: `http://127.0.0.1:${settings.ports.http}`, lines, stop, exit, probe };
}

test("the probes follow the life of the process", async (t) => {
  const { url, stop, exit, probe } = await start(t, { startupDelaySeconds: 1, drainSeconds: 1 });
  await eventually(async () => (await probe("/livez")) === '200 {"status":"ok"}');
  assert.equal(await probe("/startupz"), '503 {"status":"starting"}');
  assert.equal(await probe("/readyz"), '503 {"status":"starting"}');
  await assert.rejects(fetch(url));

  await eventually(async () => (await probe("/readyz")) === '200 {"status":"ok"}');
  assert.equal(await probe("/startupz"), '200 {"status":"ok"}');
  assert.equal((await fetch(url)).status, 200);

  stop.abort();
  assert.equal(await probe("/readyz"), '503 {"status":"draining"}');
  assert.equal(await probe("/livez"), '200 {"status":"ok"}');
  assert.equal((await fetch(url)).headers.get("connection"), "close");
  assert.equal(await exit, 0);
  await assert.rejects(fetch(url));
});

test("the drain ends early when nobody is connected, but not before it is seen", async (t) => {
  const { stop, exit, probe } = await start(t, { drainSeconds: 10 });
  await eventually(async () => (await probe("/readyz")) === '200 {"status":"ok"}');
  const began = performance.now();
  stop.abort();
  assert.equal(await exit, 0);
  const seconds = (performance.now() - began) / 1000;
  assert(seconds >= 0.5 && seconds < 2, `${seconds} s`);
});

test("a request in flight is finished after the listener is closed", async (t) => {
  const slow = await stub(t, (_request, response) => void setTimeout(json, 1200, response, "late"));
  const { url, stop, exit, probe } = await start(t, { drainSeconds: 0.1, requestSeconds: 3 }, slow);
  await eventually(async () => (await probe("/readyz")) === '200 {"status":"ok"}');
  const pending = fetch(url);
  await sleep(100);
  stop.abort();
  await sleep(600);
  await assert.rejects(fetch(url));
  const response = await pending;
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("connection"), "close");
  assert.equal(await exit, 0);
});

test("connections kept alive lose no request", async (t) => {
  const { url, stop, exit, probe } = await start(t, { drainSeconds: 2 });
  await eventually(async () => (await probe("/readyz")) === '200 {"status":"ok"}');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const request = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent }, (response) => resolve(response.resume())).once("error", reject);
    });
  assert.equal((await request()).headers.connection, "keep-alive");
  stop.abort();
  const last = await request();
  assert.equal(last.statusCode, 200);
  assert.equal(last.headers.connection, "close");
  assert.equal(await exit, 0);
});

test("clients that reconnect count as connected between two requests", async (t) => {
  const { url, stop, exit, probe } = await start(t, { drainSeconds: 5 });
  await eventually(async () => (await probe("/readyz")) === '200 {"status":"ok"}');
  stop.abort();
  for (let count = 0; count < 8; count += 1) {
    assert.equal((await fetch(url)).status, 200);
    await sleep(100);
  }
  assert.equal(await exit, 0);
});

test("requests that never end do not hold the process", async (t) => {
  const never = await stub(t, () => {});
  const changes = { drainSeconds: 0.1, shutdownSeconds: 1, requestSeconds: 60 };
  const { url, lines, stop, exit, probe } = await start(t, changes, never);
  await eventually(async () => (await probe("/readyz")) === '200 {"status":"ok"}');
  fetch(url).catch(() => {});
  await sleep(100);
  stop.abort();
  assert.equal(await exit, 1);
  assert.equal(lines.at(-1)?.message, "out of time with requests in flight");
});

test("the metrics name routes, not paths", async (t) => {
  const { url, probe } = await start(t);
  await eventually(async () => (await probe("/readyz")) === '200 {"status":"ok"}');
  await fetch(url);
  await fetch(`${url}/nowhere`);
  let metrics = "";
  await eventually(async () => {
    metrics = String(await probe("/metrics"));
    return metrics.includes("unmatched");
  });
  assert.match(metrics, /^http_requests_total\{method="GET",route="\/",status="200"\} \d+$/m);
  assert.match(metrics, /^http_requests_total\{.*route="unmatched",status="404"\} 1$/m);
  assert.match(metrics, /^http_requests_in_flight 0$/m);
  assert.doesNotMatch(metrics, /nowhere/);
});
