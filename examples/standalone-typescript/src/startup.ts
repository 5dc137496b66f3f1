import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "./settings.js";

/** What must be done before the first request; the place for the team's work, such as filling a cache. */
export async function startUp(settings: Settings, stop: AbortSignal): Promise<void> {
  await sleep(settings.startupDelaySeconds * 1000, undefined, { signal: stop });
}
