import type { Settings } from "../settings.js";
import { TcpDependency } from "./tcp.js";

/** Critical: without it a request fails. The place for one method for each thing asked of it. */
export class DatabaseClient extends TcpDependency {
  constructor(settings: Settings) {
    super({
      name: "database",
      critical: true,
      ...settings.dependencies.database,
    });
  }
}
