import { z } from "zod";

/**
 * A record as Redis holds it. One that is not there, is no JSON or does not fit the schema counts as none:
 * whoever wrote it, another version of Bullpen or somebody by hand, must not stop those who read the others.
 */
export function readRecord<T>(schema: z.ZodType<T>, text: string | null | undefined): T | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What Redis replies, or `none` where the key holds another type than the command is for. */
export async function readKey<T, None>(reply: Promise<T>, none: None): Promise<T | None> {
  try {
    return await reply;
  } catch (error) {
    if (isWrongType(error)) return none;
    throw error;
  }
}

/** Whether Redis refused a command because the key holds another type. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes("WRONGTYPE");
}

/** Whether an error says that a record cannot be read, and not that Redis is away. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof z.ZodError || isWrongType(error);
}

/**
 * The replies of a pipeline; `undefined` where a key holds another type than its command is for.
 *
 * @throws what else went wrong with any of the commands.
 */
export function repliesOf(results: readonly (readonly [Error | null, unknown])[] | null): unknown[] {
  return (results ?? []).map(([error, reply]) => {
    if (error && !isWrongType(error)) throw error;
    return error ? undefined : reply;
  });
}
