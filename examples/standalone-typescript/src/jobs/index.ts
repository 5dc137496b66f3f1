import type { Job } from "./job.js";

/** The sub-commands beside `serve`. A module has `-job` at the end of its name, so that none is another's. */
export const jobs: Readonly<Record<string, () => Promise<{ run: Job }>>> = {};
