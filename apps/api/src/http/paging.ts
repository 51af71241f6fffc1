/** The ids that follow `after` in the wanted order. Ids sort by the time at which they were made. */
export function pageIds(
  ids: readonly string[],
  order: "asc" | "desc",
  after: string | undefined,
): readonly string[] {
  const ordered = order === "asc" ? ids : ids.toReversed();
  if (after === undefined) return ordered;
  return ordered.filter((id) => (order === "asc" ? id > after : id < after));
}
