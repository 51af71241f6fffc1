import { redactError } from "@bullpen/contracts";

/** For a processor's rejection: BullMQ keeps its message and stack with the job, where the dashboard shows them. */
export function rejectRedacted(error: unknown): never {
  throw redactError(error);
}
