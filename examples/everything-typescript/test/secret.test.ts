import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { Environment } from "../src/environment.js";
import { Secret, SecretFile } from "../src/secret.js";
import { ConfigurationError, loadSettings } from "../src/settings.js";
import { testLog, variables } from "./support.js";

const CANARY = "S3cr3t-c4nary";

/** Everything that can print a value. */
function printed(value: unknown): string {
  const { log, lines } = testLog();
  log.error({ value, inside: { value } }, "broken");
  const plain = { customInspect: false, showHidden: true };
  return [
    `${value} ${[value]}`,
    JSON.stringify({ value }),
    inspect({ value }),
    inspect(value, plain),
    inspect(lines, { depth: 9 }),
  ].join();
}

test("each secret is required", () => {
  refused("DATABASE_PASSWORD");
  refused("SIGNING_KEY_FILE");
});

function refused(name: string): void {
  assert.throws(
    () => loadSettings(variables({ [name]: "" })),
    (error) =>
      error instanceof ConfigurationError &&
      error.mistakes.length === 1 &&
      error.message.startsWith(`${name} must be `),
  );
}

test("a secret in a variable is not printed", () => {
  const secret = new Environment({ TOKEN: CANARY }).secret("TOKEN");
  assert(secret instanceof Secret);
  assert.equal(secret.reveal(), CANARY);
  assert(!printed(secret).includes(CANARY));
});

const folder = mkdtempSync(join(tmpdir(), "secret-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** A file with this content. */
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test("a secret in a file is not printed", () => {
  const path = file("printed", `${CANARY}\r\n`);
  const secret = new Environment({ TOKEN_FILE: path }).secretFile("TOKEN_FILE");
  assert.equal(secret.reveal(), CANARY);
  assert(!printed(secret).includes(CANARY));
});

test("a file without a text is refused", () => {
  const broken = file("broken", Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff])]));
  for (const path of [file("empty", ""), file("line", "\n"), broken, join(folder, "missing"), ""]) {
    const environment = new Environment({ TOKEN_FILE: path });
    environment.secretFile("TOKEN_FILE");
    assert.deepEqual(environment.mistakes, [
      "TOKEN_FILE must be the path of a UTF-8 file that is not empty",
    ]);
  }
});

test("a rotated file is read again", () => {
  // Kubernetes replaces the link ..data in one step.
  for (const [version, text] of [
    ["..1", "old\n"],
    ["..2", "new\n"],
  ] as const) {
    mkdirSync(join(folder, version));
    file(`${version}/key`, text);
  }
  symlinkSync("..1", join(folder, "..data"));
  symlinkSync("..data/key", join(folder, "key"));
  const secret = new SecretFile(join(folder, "key"));
  assert.equal(secret.reveal(), "old");
  symlinkSync("..2", join(folder, "..next"));
  renameSync(join(folder, "..next"), join(folder, "..data"));
  assert.equal(secret.reveal(), "new");
});

test("an unreadable file keeps the last text", async () => {
  const path = file("kept", CANARY);
  const secret = new SecretFile(path);
  const warnings: Error[] = [];
  process.on("warning", (warning) => warnings.push(warning));
  const warned = once(process, "warning");
  for (const content of ["", "\n", Buffer.concat([Buffer.from([0xff]), Buffer.from(CANARY)])]) {
    file("kept", content);
    assert.equal(secret.reveal(), CANARY);
  }
  rmSync(path);
  assert.equal(secret.reveal(), CANARY);
  await warned;
  assert.deepEqual(
    warnings.map(({ message }) => message),
    [`secret unreadable: ${path}: empty`],
  );
  file("kept", "next");
  assert.equal(secret.reveal(), "next");
});
