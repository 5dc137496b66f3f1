import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { SERVICE } from "./settings.js";
import { spanIds } from "./tracing.js";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/** One JSON object per line on stdout, also from libraries (P05). */
export function createLog(
  level: string,
  version: string,
  destination: DestinationStream = pino.destination(1),
): Logger {
  const options: LoggerOptions = {
    level,
    base: { service: SERVICE, version },
    messageKey: "message",
    mixin: spanIds,
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: {
      level: (label) => ({ level: LEVELS[label] ?? label }),
      // Libraries log their errors as `err`.
      log: ({ err, ...fields }) => (err instanceof Error ? { ...fields, ...failure(err) } : fields),
    },
  };
  return pino(options, destination);
}

/** These levels are used only by libraries. */
const LEVELS: Readonly<Record<string, string>> = { trace: "debug", fatal: "error" };

/** An error as fields of a log line. */
export function failure(error: unknown): { error: string; stack?: string | undefined } {
  if (!(error instanceof Error)) {
    return { error: String(error) };
  }
  return { error: reason(error), stack: error.stack };
}

/** An error in one line, with its cause or code if the message has no reason. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = "code" in error ? String(error.code) : "";
  return `${error.name}: ${error.message || code}`;
}
