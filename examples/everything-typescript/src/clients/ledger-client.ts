import type { Settings } from "../settings.js";
import { HttpDependency } from "./http.js";

/** Critical: without it a request fails. The place for one method for each thing asked of it. */
export class LedgerClient extends HttpDependency {
  constructor(settings: Settings) {
    super({
      name: "ledger",
      critical: true,
      ...settings.dependencies.ledger,
    });
  }
}
