import { callers } from "../caller.js";
import { type Dependency, DependencyError } from "../clients/dependency.js";
import { failure, type Log } from "../log.js";
import type { Settings } from "../settings.js";

export interface JobContext {
  /** The arguments after the sub-command. */
  readonly args: readonly string[];
  readonly settings: Settings;
  readonly clients: readonly Dependency[];
  readonly log: Log;
}

/** Throws when the job has failed. */
export type Job = (context: JobContext) => Promise<void>;

/** Runs a job; returns the exit code. */
export async function runJob(job: Job, context: JobContext): Promise<number> {
  try {
    await callers.run({ log: context.log }, job, context);
  } catch (error) {
    const known = error instanceof DependencyError;
    context.log.error(known ? { error: error.message } : failure(error), "job failed");
    return 1;
  }
  context.log.info("job finished");
  return 0;
}
