import { context, DiagLogLevel, diag, ROOT_CONTEXT } from "@opentelemetry/api";
import { globalErrorHandler, setGlobalErrorHandler } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import { type Log, reason } from "./log.js";
import { SERVICE } from "./settings.js";

/** A collector that hangs delays the exit by this time at most. */
const FLUSH_MS = 2_000;

const ENDPOINTS = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

let provider: NodeTracerProvider | undefined;

/**
 * Starts OpenTelemetry, which the variables OTEL_* configure. It exports spans only to a collector
 * that they name. Without one, spans still have ids, for log lines and dependencies.
 */
export function startTelemetry(variables: NodeJS.ProcessEnv, version: string, log: Log): void {
  setGlobalErrorHandler((error) =>
    // A request can start an export, but the export is not part of the request.
    context.with(ROOT_CONTEXT, () => log.warn({ error: reason(error) }, "spans not exported")),
  );
  const warn = (message: string) => warnOf(message, log);
  diag.setLogger(
    { error: warn, warn, info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  dropWrong(variables, warn);
  const service = { [ATTR_SERVICE_NAME]: SERVICE, [ATTR_SERVICE_VERSION]: version };
  provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes(service))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: exported(variables) ? [new BatchSpanProcessor(new OTLPTraceExporter())] : [],
  });
  provider.register();
}

/** Exports the spans that wait, in at most this time. */
export async function flushSpans(milliseconds = FLUSH_MS): Promise<void> {
  const flushed = provider?.forceFlush().catch((errors) => {
    [errors].flat().forEach(globalErrorHandler);
  });
  await new Promise<void>((resolve) => {
    const late = () => {
      globalErrorHandler(new Error("the collector did not respond in time"));
      resolve();
    };
    const timer = setTimeout(late, Math.max(0, Math.min(milliseconds, FLUSH_MS)));
    Promise.resolve(flushed).finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function exported(variables: NodeJS.ProcessEnv): boolean {
  const off =
    variables.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true" ||
    variables.OTEL_TRACES_EXPORTER?.trim() === "none";
  return !off && ENDPOINTS.some((name) => variables[name]?.trim());
}

/** Removes values with which the exporter would call another host, or never end. */
function dropWrong(variables: NodeJS.ProcessEnv, warn: (message: string) => void): void {
  for (const [name, value = ""] of Object.entries(variables)) {
    const wrong =
      (ENDPOINTS.includes(name) && !(/^https?:/.test(value) && URL.canParse(value))) ||
      (name.startsWith("OTEL_BSP_") && !/^[1-9]\d{0,8}$/.test(value));
    if (value.trim() && wrong) {
      delete variables[name];
      warn(name);
    }
  }
}

/** A message about a setting can have its value, which can be a secret: only its name is logged. */
function warnOf(message: string, log: Log): void {
  const setting = /OTEL_[A-Z_]+/.exec(message)?.[0];
  if (setting) {
    log.warn({ setting }, "setting ignored");
  } else {
    log.warn({ error: message }, "spans not exported");
  }
}
