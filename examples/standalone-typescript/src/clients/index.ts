import type { Settings } from "../settings.js";
import type { Dependency } from "./dependency.js";

/** One client for each dependency. */
export function createClients(_settings: Settings): Dependency[] {
  return [];
}
