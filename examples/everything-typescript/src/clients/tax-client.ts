import type { Settings } from "../settings.js";
import { HttpDependency } from "./http.js";

/**
 * Critical: a request fails without it. Write one method here for each kind of call,
 * such as `order(item: string) { return this.post({ item }); }`.
 */
export class TaxClient extends HttpDependency {
  constructor(settings: Settings) {
    super({
      name: "tax",
      critical: true,
      ...settings.dependencies.tax,
    });
  }
}
