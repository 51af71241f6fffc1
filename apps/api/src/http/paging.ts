import { type IdKind, isId } from "@bullpen/contracts";
import { z } from "zod";

/** The settings of a page of a list: behind which id it begins, and how long it is. */
export function pageSettings(kind: IdKind, defaultLimit: number, maxLimit: number) {
  const message = `must be a whole number from 1 to ${maxLimit}`;
  return {
    after: z
      .string()
      .refine((id) => isId(kind, id), `must be an id of the kind ${kind}`)
      .optional(),
    limit: z.coerce.number(message).int(message).min(1, message).max(maxLimit, message).default(defaultLimit),
  };
}

/** The ids behind `after`, of ids that are sorted by the time of their making. */
export function pageIds(
  ids: readonly string[],
  order: "asc" | "desc",
  after: string | undefined,
): readonly string[] {
  const ordered = order === "asc" ? ids : ids.toReversed();
  if (after === undefined) return ordered;
  return ordered.filter((id) => (order === "asc" ? id > after : id < after));
}
