import { Environment } from "./environment.js";

export const SERVICE = "everything-typescript";

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
    adminPort: environment.port("ADMIN_PORT", 9100),

    // Limits of one request
    // P08: the longest timeout of a dependency, and 1 s for the service; with the drain less than shutdown_seconds
    requestSeconds: environment.timeout("REQUEST_SECONDS", 11),
    maxBodyBytes: environment.whole("MAX_BODY_BYTES", 1_048_576, 0, 2 ** 31),

    // Start and stop; the delay is to test a slow start
    startupDelaySeconds: environment.seconds("STARTUP_DELAY_SECONDS", 0, 0, 3600),
    shutdownSeconds: environment.whole("SHUTDOWN_SECONDS", 60, 1, 3600),
    // P08: time to close kept-alive connections before the listener closes
    drainSeconds: environment.seconds("DRAIN_SECONDS", 2, 0, 60),

    dependencies: {
      ledger: {
        url: environment.httpUrl("LEDGER_URL", "http://ledger.accounts.svc.cluster.local:8080/v1/"),
        timeoutSeconds: environment.timeout("LEDGER_TIMEOUT_SECONDS", 10),
      },
      database: {
        address: environment.address("DATABASE_URL", "postgres:5432"),
        timeoutSeconds: environment.timeout("DATABASE_TIMEOUT_SECONDS", 1),
      },
      cache: {
        address: environment.address("CACHE_URL", "redis.caches.svc:6379"),
        timeoutSeconds: environment.timeout("CACHE_TIMEOUT_SECONDS", 0.1),
      },
      tax: {
        url: environment.httpUrl("TAX_URL", "https://tax.example.com:8443"),
        timeoutSeconds: environment.timeout("TAX_TIMEOUT_SECONDS", 3),
      },
      exchangeRates: {
        url: environment.httpUrl("EXCHANGE_RATES_URL", "https://rates.example.com/api"),
        timeoutSeconds: environment.timeout("EXCHANGE_RATES_TIMEOUT_SECONDS", 1.5),
      },
      match: {
        url: environment.httpUrl("MATCH_URL", "http://192.0.2.7:8000"),
        timeoutSeconds: environment.timeout("MATCH_TIMEOUT_SECONDS", 0.25),
      },
    },

    // reveal() returns the text of a secret; nothing else shows it.
    secrets: {
      databasePassword: environment.secret("DATABASE_PASSWORD"),
      signingKey: environment.secretFile("SIGNING_KEY_FILE"),
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
