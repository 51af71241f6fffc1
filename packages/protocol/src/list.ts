import { type IdKind, isId } from "@bullpen/contracts";
import { z } from "zod";

/** A list that comes whole. */
export function listSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ object: z.literal("list"), data: z.array(item) });
}

/** One page of a list. The next one follows by `after=<last_id>` while `has_more` is true. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return listSchema(item).extend({
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  });
}

/**
 * Query parameters of a page: `after`, the id after which it begins (default: none, the first page), and
 * `limit`, its length.
 */
export function pageSettings(kind: IdKind, defaultLimit: number, maxLimit: number) {
  const message = `must be a whole number from 1 to ${maxLimit}`;
  return {
    after: z
      .string()
      .refine((id) => isId(kind, id), `must be an id of the kind ${kind}`)
      .optional()
      .describe("The id after which the page begins: `last_id` of the page before."),
    limit: z.coerce
      .number(message)
      .int(message)
      .min(1, message)
      .max(maxLimit, message)
      .default(defaultLimit)
      .describe("The most entries that the page may hold."),
  };
}

/** @param lastId default: the id of the last entry. */
export function toPage<Item extends { readonly id: string }>(
  data: readonly Item[],
  hasMore: boolean,
  lastId = data.at(-1)?.id,
) {
  return { object: "list", data, first_id: data[0]?.id ?? null, last_id: lastId ?? null, has_more: hasMore };
}

export function toList<Item>(data: readonly Item[]) {
  return { object: "list", data };
}
