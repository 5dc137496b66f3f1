import { Environment } from "./environment.js";

export const SERVICE = "standalone-typescript";

/** All mistakes in the environment, one sentence each. */
export class ConfigurationError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join("; "));
  }
}

export type Settings = ReturnType<typeof loadSettings>;

/** Configuration from the environment, validated before anything starts (P12). */
export function loadSettings(variables: NodeJS.ProcessEnv) {
  const environment = new Environment(variables);
  const settings = {
    version: environment.text("SERVICE_VERSION", "0.0.0"),
    logLevel: environment.choice("LOG_LEVEL", ["debug", "info", "warn", "error"], "info"),

    ports: {
      http: environment.port("PORT_HTTP", 8080),
      internal: environment.port("PORT_INTERNAL", 8082),
    } as Readonly<Record<string, number>>,
    adminPort: environment.port("ADMIN_PORT", 8081),

    // Limits of one request
    // P08: 1 s for the service; with the drain less than shutdown_seconds
    requestSeconds: environment.timeout("REQUEST_SECONDS", 1),
    maxBodyBytes: environment.whole("MAX_BODY_BYTES", 1_048_576, 0, 2 ** 31),

    // Start and stop; the delay is to test a slow start
    startupDelaySeconds: environment.seconds("STARTUP_DELAY_SECONDS", 0, 0, 3600),
    shutdownSeconds: environment.whole("SHUTDOWN_SECONDS", 20, 1, 3600),
    // P08: time to close kept-alive connections before the listener closes
    drainSeconds: environment.seconds("DRAIN_SECONDS", 2, 0, 60),

    dependencies: {},

    // reveal() returns the text of a secret; nothing else shows it.
    secrets: {
      sessionKey: environment.secret("SESSION_KEY"),
    },

    // Your own settings, which no update changes
  };
  if (settings.drainSeconds >= settings.shutdownSeconds) {
    environment.mistakes.push("DRAIN_SECONDS must be below SHUTDOWN_SECONDS");
  }
  if (environment.mistakes.length > 0) {
    throw new ConfigurationError(environment.mistakes);
  }
  return settings;
}
