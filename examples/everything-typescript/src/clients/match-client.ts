import type { Settings } from "../settings.js";
import { HttpDependency } from "./http.js";

/** Auxiliary: without it a fallback answers. The place for one method for each thing asked of it. */
export class MatchClient extends HttpDependency {
  constructor(settings: Settings) {
    super({
      name: "match",
      critical: false,
      ...settings.dependencies.match,
    });
  }
}
