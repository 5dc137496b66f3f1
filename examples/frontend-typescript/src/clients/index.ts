// biome-ignore-all assist/source/organizeImports: in the order in which the dependencies were named
import type { Settings } from "../settings.js";
import type { Dependency } from "./dependency.js";
import { MailClient } from "./mail-client.js";
import { WeatherClient } from "./weather-client.js";

/** One client for each dependency. */
export function createClients(settings: Settings): Dependency[] {
  return [new MailClient(settings), new WeatherClient(settings)];
}
