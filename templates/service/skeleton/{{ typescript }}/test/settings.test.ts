import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, loadSettings } from "../src/settings.js";
import { variables } from "./support.js";

function mistakes(changes: Record<string, string>): readonly string[] {
  try {
    loadSettings(variables(changes));
  } catch (error) {
    assert(error instanceof ConfigurationError);
    return error.mistakes;
  }
  return [];
}

test("the defaults are right", () => {
  assert.deepEqual(mistakes({}), []);
});

test("a variable changes its default", () => {
  const changes = { ADMIN_PORT: "9999", DRAIN_SECONDS: "0.25", LOG_LEVEL: "warn" };
  const settings = loadSettings(variables(changes));
  assert.equal(settings.adminPort, 9999);
  assert.equal(settings.drainSeconds, 0.25);
  assert.equal(settings.logLevel, "warn");
});

test("every mistake is named with its variable and what is right", () => {
  const errors = mistakes({
    LOG_LEVEL: "loud",
    ADMIN_PORT: "70000",
    REQUEST_SECONDS: "1e3",
    SHUTDOWN_SECONDS: "",
  });
  assert.deepEqual(errors, [
    "LOG_LEVEL must be one of debug, info, warn, error",
    "ADMIN_PORT must be a whole number from 1 to 65535",
    "REQUEST_SECONDS must be a number of seconds from 0.001 to 3600",
    "SHUTDOWN_SECONDS must be a whole number from 1 to 3600",
  ]);
});

test("the drain must end before the shutdown does", () => {
  assert.deepEqual(mistakes({ SHUTDOWN_SECONDS: "5", DRAIN_SECONDS: "5" }), [
    "DRAIN_SECONDS must be below SHUTDOWN_SECONDS",
  ]);
});
