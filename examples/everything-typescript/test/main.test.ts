import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { loadSettings } from "../src/settings.js";
import { eventually, freePort, type Line, variables } from "./support.js";

const MAIN = fileURLToPath(new URL("../src/main.js", import.meta.url));

/** The program as a process, whose stderr must be empty. */
async function run(t: TestContext, args: string[], changes: Record<string, string> = {}) {
  const env = variables({ ADMIN_PORT: String(await freePort()) });
  for (const name of Object.keys(loadSettings(variables()).ports)) {
    env[`PORT_${name.toUpperCase().replaceAll("-", "_")}`] = String(await freePort());
  }
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...env, ...changes } });
  t.after(() => child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const lines = (): Line[] => stdout.trimEnd().split("\n").filter(Boolean).map(parse);
  const ended = once(child, "close").then(([code]) => {
    assert.equal(stderr, "");
    return code as number;
  });
  return { child: child as ChildProcess, lines, ended };
}

function parse(line: string): Line {
  return JSON.parse(line) as Line;
}

test("a wrong configuration is refused in one line", async (t) => {
  const { lines, ended } = await run(t, ["serve"], { LOG_LEVEL: "loud", ADMIN_PORT: "0" });
  assert.equal(await ended, 78);
  const [line, ...more] = lines();
  assert.deepEqual(more, []);
  assert.equal(line?.message, "configuration refused");
  assert.equal(line?.errors?.length, 2);
});

test("an unknown sub-command is refused with the known ones", async (t) => {
  const { lines, ended } = await run(t, ["toString"]);
  assert.equal(await ended, 2);
  assert.equal(lines().length, 1);
  assert.equal(lines()[0]?.known?.[0], "serve");
});

test("a port in use is one line", async (t) => {
  const squatter = createServer();
  const port = await freePort();
  squatter.listen(port, "::");
  t.after(() => squatter.close());
  const { lines, ended } = await run(t, ["serve"], { ADMIN_PORT: String(port) });
  assert.equal(await ended, 1);
  assert.deepEqual(
    lines().map(({ level, message }) => [level, message]),
    [["error", "start failed"]],
  );
});

test("the first SIGTERM drains", async (t) => {
  const { child, lines, ended } = await run(t, ["serve"]);
  await eventually(() => lines().length === 1);
  child.kill("SIGTERM");
  assert.equal(await ended, 0);
  assert.deepEqual(
    lines().map(({ message }) => message),
    ["started", "draining", "stopped"],
  );
});

test("the second SIGTERM ends at once", async (t) => {
  const { child, lines, ended } = await run(t, ["serve"]);
  await eventually(() => lines().length === 1);
  child.kill("SIGTERM");
  await sleep(50);
  child.kill("SIGTERM");
  assert.equal(await ended, 143);
});
