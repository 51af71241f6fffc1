import { type Observation, observationSchema, toolFailure } from "@bullpen/contracts";
import { readRecord } from "@bullpen/redis/commands";

/** Suffixes of a job's key where BullMQ keeps what its children returned, and why children failed. */
export const PROCESSED = ":processed";
export const FAILED = ":failed";

/** The result of a tool call that is stored with the query's job. */
export interface ChildResult {
  readonly observation: Observation;
  readonly part: typeof PROCESSED | typeof FAILED;
  readonly field: string;
}

/** A hash as Redis has it. */
type Fields = Readonly<Record<string, string>>;

/** What the child `childId` of a job returned; `undefined` if it has not. */
export function findChildResult(childId: string, processed: Fields): ChildResult | undefined {
  const field = fieldOf(childId, processed);
  if (field === undefined) return undefined;
  const observation = readRecord(observationSchema, processed[field]) ?? {
    ...toolFailure("the tool's result cannot be read."),
    duration_ms: 0,
  };
  return { observation, part: PROCESSED, field };
}

/** Why the child `childId` of a job failed for good, as an observation; `undefined` if it has not. */
export function findChildFailure(childId: string, failed: Fields): ChildResult | undefined {
  const field = fieldOf(childId, failed);
  if (field === undefined) return undefined;
  const observation = { ...toolFailure(`the tool failed: ${failed[field]}`), duration_ms: 0 };
  return { observation, part: FAILED, field };
}

/** The fields are the children's keys, which end in their ids. Ids contain no colon. */
function fieldOf(childId: string, fields: Fields): string | undefined {
  return Object.keys(fields).find((field) => field.endsWith(`:${childId}`));
}
