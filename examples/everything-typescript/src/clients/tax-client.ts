import type { Settings } from "../settings.js";
import { HttpDependency } from "./http.js";

/** Critical: without it a request fails. The place for one method for each thing asked of it. */
export class TaxClient extends HttpDependency {
  constructor(settings: Settings) {
    super({
      name: "tax",
      critical: true,
      ...settings.dependencies.tax,
    });
  }
}
