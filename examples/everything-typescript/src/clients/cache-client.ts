import type { Settings } from "../settings.js";
import { TcpDependency } from "./tcp.js";

/** Auxiliary: without it a fallback answers. The place for one method for each thing asked of it. */
export class CacheClient extends TcpDependency {
  constructor(settings: Settings) {
    super({
      name: "cache",
      critical: false,
      ...settings.dependencies.cache,
    });
  }
}
