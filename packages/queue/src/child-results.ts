import { type Observation, observationSchema, toolFailure } from "@bullpen/contracts";

/** What a job's key is followed by where BullMQ keeps what its children returned, and why others failed. */
export const PROCESSED = ":processed";
export const FAILED = ":failed";

/** The outcome of a tool call while it is with the query's job. */
export interface ChildResult {
  readonly observation: Observation;
  readonly part: typeof PROCESSED | typeof FAILED;
  readonly field: string;
}

/** A hash as Redis holds it. */
type Fields = Readonly<Record<string, string>>;

/** The outcome of the child `childId` of a job, if it has come. */
export function findChildResult(childId: string, processed: Fields, failed: Fields): ChildResult | undefined {
  // The fields are the children's keys, which end in their ids; and ids hold no colon.
  const isOfChild = ([field]: [string, string]) => field.endsWith(`:${childId}`);
  const value = Object.entries(processed).find(isOfChild);
  if (value) {
    const observation = observationSchema.parse(JSON.parse(value[1]));
    return { observation, part: PROCESSED, field: value[0] };
  }
  const failure = Object.entries(failed).find(isOfChild);
  if (!failure) return undefined;
  const observation = { ...toolFailure(`the tool failed: ${failure[1]}`), duration_ms: 0 };
  return { observation, part: FAILED, field: failure[0] };
}
