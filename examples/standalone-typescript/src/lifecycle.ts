/** The one thing that the probes ask: where in its life the process is (P08). Nothing leads back. */
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
