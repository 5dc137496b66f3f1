import { askAll } from "../clients/dependency.js";
import type { JobContext } from "./job.js";

/** The place for the team's work. */
export async function run({ clients, log }: JobContext): Promise<void> {
  await askAll(clients, { log });
}
