import { z } from "zod";

/**
 * A record in Redis, or `undefined`. One that is no JSON or does not fit the schema counts as missing: what another
 * version of Bullpen or a person wrote must not stop the processes that read the other records.
 */
export function readRecord<T>(schema: z.ZodType<T>, text: string | null | undefined): T | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The reply of a command, or `none` when the key holds another type than the command is for. */
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

/** Whether an error means that a record cannot be read, and not that Redis is away. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof z.ZodError || isWrongType(error);
}

/**
 * The replies of a pipeline; `undefined` where a key holds another type than its command is for.
 *
 * @throws any other error of a command.
 */
export function repliesOf(results: readonly (readonly [Error | null, unknown])[] | null): unknown[] {
  return (results ?? []).map(([error, reply]) => {
    if (error && !isWrongType(error)) throw error;
    return error ? undefined : reply;
  });
}
