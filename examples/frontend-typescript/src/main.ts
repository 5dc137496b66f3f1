import { createClients } from "./clients/index.js";
import { jobs } from "./jobs/index.js";
import { runJob } from "./jobs/job.js";
import { createLog, failure } from "./log.js";
import { serve } from "./serve.js";
import { ConfigurationError, loadSettings, type Settings } from "./settings.js";
import { stopSignal, TERMINATED } from "./signals.js";
import { flushSpans, startTelemetry } from "./telemetry.js";
import { traceJob } from "./tracing.js";

const USAGE = 2;
const CONFIGURATION = 78;

process.exit(await main(process.argv.slice(2), stopSignal()));

async function main([command = "serve", ...args]: string[], stop: AbortSignal): Promise<number> {
  const job = Object.hasOwn(jobs, command) ? jobs[command] : undefined;
  const early = createLog("info", process.env.SERVICE_VERSION ?? "0.0.0");
  if (job === undefined && command !== "serve") {
    early.error({ command, known: ["serve", ...Object.keys(jobs)] }, "unknown sub-command");
    return USAGE;
  }

  let settings: Settings;
  try {
    settings = loadSettings(process.env);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      early.error({ errors: error.mistakes }, "configuration refused");
      return CONFIGURATION;
    }
    throw error;
  }

  const log = createLog(settings.logLevel, settings.version);
  // Every error is only a log line (P05).
  process.on("uncaughtException", (error) => {
    log.error(failure(error), "uncaught exception");
    process.exit(1);
  });
  process.removeAllListeners("warning").on("warning", (warning) => log.warn(warning));

  startTelemetry(process.env, settings.version, log);
  const clients = createClients(settings);
  if (job === undefined) {
    return serve(settings, clients, log, stop);
  }
  stop.addEventListener("abort", async () => {
    log.info("stopped");
    await flushSpans();
    process.exit(TERMINATED);
  });
  const { run } = await job();
  const context = { args, settings, clients, log: log.child({ job: command }) };
  const code = await traceJob(command, () => runJob(run, context));
  await flushSpans();
  return code;
}
