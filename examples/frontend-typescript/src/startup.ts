import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "./settings.js";

/** Startup work before the first request. Write yours here, such as filling a cache. */
export async function startUp(settings: Settings, stop: AbortSignal): Promise<void> {
  await sleep(settings.startupDelaySeconds * 1000, undefined, { signal: stop });
}
