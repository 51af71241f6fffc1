import type { UsageView } from "@bullpen/client";

/** Numbers of usage together. */
export interface UsageSum {
  /** What they are of, such as a day or a model. */
  readonly name: string;
  readonly queries: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Sums rows that have the same name, in the order in which names come first. */
export function sumUsage(
  rows: readonly UsageView[],
  nameOf: (row: UsageView) => string,
  names: readonly string[] = [],
): UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const name of names) sums.set(name, { name, queries: 0, inputTokens: 0, outputTokens: 0 });
  for (const row of rows) {
    const name = nameOf(row);
    const sum = sums.get(name);
    sums.set(name, {
      name,
      queries: (sum?.queries ?? 0) + row.queries,
      inputTokens: (sum?.inputTokens ?? 0) + row.input_tokens,
      outputTokens: (sum?.outputTokens ?? 0) + row.output_tokens,
    });
  }
  return [...sums.values()];
}

const DAY_MS = 86_400_000;

/** The last days, today included, as UTC has them: `2026-11-28`. */
export function lastDays(count: number, now: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    new Date(now - (count - 1 - i) * DAY_MS).toISOString().slice(0, 10),
  );
}
