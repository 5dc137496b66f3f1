/** The state of the process, which the probes read (P08). It never goes back. */
export class Lifecycle {
  started = false;
  draining = false;

  get ready(): boolean {
    return this.started && !this.draining;
  }

  get status(): "starting" | "ok" | "draining" {
    if (this.draining) {
      return "draining";
    }
    return this.started ? "ok" : "starting";
  }
}
