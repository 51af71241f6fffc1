import type { BatchHistograms } from "@bullpen/protocol";

/** A result as far as it is read here. Of a line that became no query nothing is known. */
interface Result {
  readonly response: {
    readonly body: {
      readonly bullpen?: {
        readonly turns: number;
        readonly tool_calls: number;
        readonly duration_ms: number | null;
      };
    };
  } | null;
}

/** What lines of a batch took, counted one by one. */
export class LineTimes {
  counted = 0;
  readonly #turns = new Map<number, number>();
  readonly #toolCalls = new Map<number, number>();
  readonly #durations: number[] = [];

  /** Counts a result, as a batcher wrote it. */
  add(result: Uint8Array): void {
    this.counted++;
    const { response } = JSON.parse(new TextDecoder().decode(result)) as Result; // the batcher's own
    const trace = response?.body.bullpen;
    if (!trace) return;
    count(this.#turns, trace.turns);
    count(this.#toolCalls, trace.tool_calls);
    if (trace.duration_ms !== null) this.#durations.push(trace.duration_ms);
  }

  view(): Omit<BatchHistograms, "object" | "batch_id"> {
    const durations = this.#durations.toSorted((a, b) => a - b);
    const part = (share: number) => durations[Math.ceil(durations.length * share) - 1] ?? null;
    return {
      counted: this.counted,
      turns: entriesOf(this.#turns).map(([turns, lines]) => ({ turns, lines })),
      tool_calls: entriesOf(this.#toolCalls).map(([tool_calls, lines]) => ({ tool_calls, lines })),
      duration: { median_ms: part(0.5), p95_ms: part(0.95), buckets: bucketsOf(durations) },
    };
  }
}

function count(counts: Map<number, number>, value: number): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

function entriesOf(counts: ReadonlyMap<number, number>): [number, number][] {
  return [...counts].sort(([a], [b]) => a - b);
}

/** Bounds at 1, 2 and 5 times powers of ten, from the first that holds a line to the last. @param durations ascending. */
function bucketsOf(durations: readonly number[]): { up_to_ms: number; lines: number }[] {
  const counts = new Map<number, number>();
  for (const duration of durations) count(counts, boundOf(duration));
  const bounds = [...counts.keys()];
  const [first, last] = [bounds[0], bounds.at(-1)];
  if (first === undefined || last === undefined) return [];
  const buckets: { up_to_ms: number; lines: number }[] = [];
  for (let bound = first; bound <= last; bound = boundOf(bound + 1)) {
    buckets.push({ up_to_ms: bound, lines: counts.get(bound) ?? 0 });
  }
  return buckets;
}

/** The lowest bound that is not below a time. */
function boundOf(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 1)));
  return power * ([1, 2, 5].find((factor) => factor * power >= ms) ?? 10);
}
