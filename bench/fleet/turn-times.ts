import { readFile } from "node:fs/promises";
import { z } from "zod";

/** vLLM on one H100 with 256 sequences: tokens/s of all together (docs/engines.md). */
const TOKENS_PER_S = 7_609;
const SEQUENCES = 256;

const RESULTS = new URL("../../results/turn-tokens.json", import.meta.url);
const resultsSchema = z.object({ tokens: z.array(z.int()).min(1) });

export interface TurnTimes {
  readonly meanMs: number;
  /** The time of a turn, as often as it was measured. */
  sample(): number;
}

/** How long turns take: as many tokens as measured ones have (`npm run bench -- turn-tokens`), at a server's rate. */
export async function readTurnTimes(): Promise<TurnTimes> {
  const { tokens } = resultsSchema.parse(JSON.parse(await readFile(RESULTS, "utf8")));
  const times = tokens.map((count) => (count * 1_000 * SEQUENCES) / TOKENS_PER_S);
  return {
    meanMs: times.reduce((sum, time) => sum + time, 0) / times.length,
    sample: () => times[Math.floor(Math.random() * times.length)] ?? 0,
  };
}
