import type { Settings } from "../settings.js";
import { HttpDependency } from "./http.js";

/** Auxiliary: without it a fallback answers. The place for one method for each thing asked of it. */
export class WeatherClient extends HttpDependency {
  constructor(settings: Settings) {
    super({
      name: "weather",
      critical: false,
      ...settings.dependencies.weather,
    });
  }
}
