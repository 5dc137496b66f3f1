import type { Job } from "./job.js";

/** The sub-commands in addition to `serve`. The name of a module ends in `-job` to avoid clashes. */
export const jobs: Readonly<Record<string, () => Promise<{ run: Job }>>> = {};
