// biome-ignore-all assist/source/organizeImports: in the order in which the dependencies were named
import type { Settings } from "../settings.js";
import type { Dependency } from "./dependency.js";
import { LedgerClient } from "./ledger-client.js";
import { DatabaseClient } from "./database-client.js";
import { CacheClient } from "./cache-client.js";
import { TaxClient } from "./tax-client.js";
import { ExchangeRatesClient } from "./exchange-rates-client.js";
import { MatchClient } from "./match-client.js";

/** One client for each dependency. */
export function createClients(settings: Settings): Dependency[] {
  return [
    new LedgerClient(settings),
    new DatabaseClient(settings),
    new CacheClient(settings),
    new TaxClient(settings),
    new ExchangeRatesClient(settings),
    new MatchClient(settings),
  ];
}
