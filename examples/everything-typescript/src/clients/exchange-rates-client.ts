import type { Settings } from "../settings.js";
import { HttpDependency } from "./http.js";

/** Auxiliary: without it a fallback answers. The place for one method for each thing asked of it. */
export class ExchangeRatesClient extends HttpDependency {
  constructor(settings: Settings) {
    super({
      name: "exchange-rates",
      critical: false,
      ...settings.dependencies.exchangeRates,
    });
  }
}
