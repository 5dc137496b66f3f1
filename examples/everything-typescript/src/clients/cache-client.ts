import type { Settings } from "../settings.js";
import { TcpDependency } from "./tcp.js";

/**
 * Auxiliary: a fallback replaces it. Write one method here for each kind of call,
 * with your driver in `this.bounded`.
 */
export class CacheClient extends TcpDependency {
  constructor(settings: Settings) {
    super({
      name: "cache",
      critical: false,
      ...settings.dependencies.cache,
    });
  }
}
