import { askAll } from "../clients/dependency.js";
import type { JobContext } from "./job.js";

/** Write the job's work here. */
export async function run({ clients }: JobContext): Promise<void> {
  await askAll(clients);
}
