import type { Job } from "./job.js";

/** The sub-commands beside `serve`. A module has `-job` at the end of its name, so that none is another's. */
export const jobs: Readonly<Record<string, () => Promise<{ run: Job }>>> = {
  digest: () => import("./digest-job.js"),
  "warm-up": () => import("./warm-up-job.js"),
};
