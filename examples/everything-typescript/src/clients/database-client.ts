import type { Settings } from "../settings.js";
import { TcpDependency } from "./tcp.js";

/**
 * Critical: a request fails without it. Write one method here for each kind of call,
 * with your driver in `this.bounded`.
 */
export class DatabaseClient extends TcpDependency {
  constructor(settings: Settings) {
    super({
      name: "database",
      critical: true,
      ...settings.dependencies.database,
    });
  }
}
