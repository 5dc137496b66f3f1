import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createApi } from "../src/api.js";
import { listen } from "../src/server.js";
import { testLog, testSettings } from "./support.js";

type Body = Record<string, unknown> & { errors?: { field: string; rule: string }[] };

/** Posts text with a Content-Type; returns the status and the body of the response. */
async function post(t: TestContext, text: string, type = "application/json") {
  const settings = await testSettings();
  const app = createApi(settings, [], testLog().log);
  await listen(app, Number(settings.ports.http));
  t.after(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  const url = `http://127.0.0.1:${settings.ports.http}/greetings`;
  const headers: Record<string, string> = type ? { "content-type": type } : {};
  const response = await fetch(url, { method: "POST", headers, body: Buffer.from(text) });
  return { status: response.status, body: (await response.json()) as Body };
}

test("a greeting is in the language of the request", async (t) => {
  const greet = (language?: string) => post(t, JSON.stringify({ name: "Ann", language }));
  assert.deepEqual(await greet(), { status: 200, body: { greeting: "Hello, Ann!" } });
  assert.deepEqual(await greet("fr"), { status: 200, body: { greeting: "Bonjour, Ann !" } });
  assert.deepEqual(await greet("es"), { status: 200, body: { greeting: "¡Hola, Ann!" } });
});

test("an unknown language is an error of the route", async (t) => {
  for (const language of ["tlh", "constructor"]) {
    const { status, body } = await post(t, JSON.stringify({ name: "Ann", language }));
    assert.equal(status, 422);
    assert.equal(body.detail, "no greeting in this language");
    assert.equal(body.errors, undefined);
  }
});

test("a name that breaks its rule is named and not shown", async (t) => {
  for (const name of ["", "x".repeat(101), 7, null, undefined]) {
    const { status, body } = await post(t, JSON.stringify({ name }));
    assert.equal(status, 422);
    assert.deepEqual(
      body.errors?.map(({ field }) => field),
      ["name"],
    );
    assert(body.errors?.[0]?.rule);
    assert(!JSON.stringify(body).includes("xxx"));
  }
});

test("a body that is not a JSON object is refused", async (t) => {
  assert.equal((await post(t, "{not json")).status, 400);
  assert.equal((await post(t, "")).status, 400);
  assert.equal((await post(t, '{"name": "Ann"}', "text/plain")).status, 415);
  assert.equal((await post(t, '{"name": "Ann"}', "")).status, 415);
  const { status, body } = await post(t, "[]");
  assert.equal(status, 422);
  assert.equal(body.errors?.[0]?.field, "");
});
