import type { Settings } from "../settings.js";
import { HttpDependency } from "./http.js";

/** Critical: without it a request fails. The place for one method for each thing asked of it. */
export class MailClient extends HttpDependency {
  constructor(settings: Settings) {
    super({
      name: "mail",
      critical: true,
      ...settings.dependencies.mail,
    });
  }
}
