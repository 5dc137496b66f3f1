import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { after, before, type TestContext, test } from "node:test";
import { createApi } from "../src/api.js";
import { HttpDependency } from "../src/clients/http.js";
import { listen } from "../src/server.js";
import { flushSpans, startTelemetry } from "../src/telemetry.js";
import { traceJob } from "../src/tracing.js";
import { eventually, freePort, json, stub, testLog, testSettings } from "./support.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";

const { log, lines } = testLog();

/** What the collector got: paths and bodies. */
const got: string[] = [];
let hangs = false;
let waiting: ServerResponse | undefined;
const collector = createServer((request, response) => {
  let body = "";
  request.setEncoding("latin1").on("data", (chunk) => {
    body += chunk;
  });
  request.once("end", () => {
    got.push(`${request.url} ${body}`);
    if (hangs) {
      waiting = response;
    } else {
      response.end();
    }
  });
});

before(async () => {
  const port = await freePort();
  collector.listen(port);
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`;
  process.env.OTEL_BSP_SCHEDULE_DELAY = "a secret";
  startTelemetry(process.env, "1.2.3", log);
});

after(() => collector.close().closeAllConnections());

/** A request of a route that calls a dependency; returns the `traceparent` of the call. */
async function request(t: TestContext): Promise<string> {
  let sent = "";
  const url = await stub(t, ({ headers }, response) => {
    sent = String(headers.traceparent);
    json(response, {});
  });
  const mail = new HttpDependency({ name: "mail", critical: true, timeoutSeconds: 5, url });
  const settings = await testSettings();
  const app = createApi(settings, [mail], log);
  await listen(app, Number(settings.ports.http));
  t.after(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
  const response = await fetch(`http://127.0.0.1:${settings.ports.http}/`, { headers });
  assert.equal(response.status, 200);
  return sent;
}

test("a wrong setting is ignored, and named without its value", () => {
  const settings = lines.map(({ level, message, setting }) => [level, message, setting]);
  assert.deepEqual(settings, [["warn", "setting ignored", "OTEL_BSP_SCHEDULE_DELAY"]]);
  assert(!JSON.stringify(lines).includes("secret"));
});

test("log lines and calls have the trace of the caller", async (t) => {
  const [, trace, call] = (await request(t)).split("-");
  assert.equal(trace, TRACE);
  const line = lines.find(({ message }) => message === "request");
  assert.equal(line?.trace_id, TRACE);
  assert.match(String(line?.span_id), /^[0-9a-f]{16}$/);
  assert(![CALLER, call].includes(String(line?.span_id)));
  log.info("no request");
  assert.equal(lines.at(-1)?.trace_id, undefined);
});

test("the collector gets the spans of requests, calls and jobs", async () => {
  assert.equal(await traceJob("tidy-up", async () => 1), 1);
  await flushSpans();
  assert.equal(got.length, 1);
  for (const part of ["/v1/traces", "GET /", "server.address", "tidy-up"]) {
    assert(got[0]?.includes(part), part);
  }
});

test("a collector that hangs does not hold the stop", async () => {
  hangs = true;
  await traceJob("tidy-up", async () => 0);
  await flushSpans(50);
  const errors = lines.filter(({ message }) => message === "spans not exported");
  assert.deepEqual(
    errors.map(({ error }) => error),
    ["Error: the collector did not respond in time"],
  );
  await eventually(() => waiting !== undefined);
  waiting?.end();
});
