import { once } from "node:events";
import type { FastifyBaseLogger } from "fastify";
import { createAdmin } from "./admin.js";
import { createApi } from "./api.js";
import { callers } from "./caller.js";
import type { Dependency } from "./clients/dependency.js";
import { drain, Traffic } from "./drain.js";
import { Lifecycle } from "./lifecycle.js";
import { failure } from "./log.js";
import { listen } from "./server.js";
import type { Settings } from "./settings.js";
import { startUp } from "./startup.js";
import { flushSpans } from "./telemetry.js";

/** Serves until `stop` aborts; returns the exit code. */
export async function serve(
  settings: Settings,
  clients: Dependency[],
  log: FastifyBaseLogger,
  stop: AbortSignal,
): Promise<number> {
  const lifecycle = new Lifecycle();
  const traffic = new Traffic();
  const admin = createAdmin(settings, lifecycle, log);
  const ports = Object.values(settings.ports);
  const apis = ports.map((port) => ({ port, app: createApi(settings, clients, log) }));

  try {
    await listen(admin, settings.adminPort);
    await callers.run({ log }, startUp, settings, stop);
    for (const { port, app } of apis) {
      traffic.watch(app);
      await listen(app, port);
    }
  } catch (error) {
    if (!stop.aborted) {
      log.error(failure(error), "start failed");
      return 1;
    }
  }
  if (!stop.aborted) {
    lifecycle.started = true;
    log.info({ ports: { ...settings.ports, admin: settings.adminPort } }, "started");
    await once(stop, "abort");
  }

  lifecycle.draining = true;
  log.info("draining");
  const end = performance.now() + settings.shutdownSeconds * 1000;
  const apps = apis.map(({ app }) => app);
  const ending = lifecycle.started ? await drain(apps, traffic, settings) : "finished";
  admin.server.close().closeAllConnections();
  await admin.close();
  if (ending === "out of time") {
    log.error({ seconds: settings.shutdownSeconds }, "out of time with requests in flight");
    return 1;
  }
  await flushSpans(end - performance.now());
  log.info("stopped");
  return 0;
}
