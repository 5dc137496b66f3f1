import type { Settings } from "../settings.js";
import { HttpDependency } from "./http.js";

/**
 * Auxiliary: a fallback replaces it. Write one method here for each kind of call,
 * such as `order(item: string) { return this.post({ item }); }`.
 */
export class WeatherClient extends HttpDependency {
  constructor(settings: Settings) {
    super({
      name: "weather",
      critical: false,
      ...settings.dependencies.weather,
    });
  }
}
