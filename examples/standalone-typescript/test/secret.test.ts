import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Environment } from "../src/environment.js";
import { Secret } from "../src/secret.js";
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
  refused("SESSION_KEY");
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
