import type { Plan } from "@bullpen/storage";
import { type InputSummary, STRIDE } from "./validate-input.js";

/** Small batches get small chunks, so that progress is visible; large ones get few part files. */
const CHUNKS_WANTED = 50;
const LARGEST_CHUNK = 500;

/** Cuts an input into chunks, and into enough lanes of them to keep `linesInFlight` lines active. */
export function planChunks(summary: InputSummary, linesInFlight: number, now: number): Plan {
  const { model, lines, bytes, offsets } = summary;
  const wanted = Math.ceil(lines / CHUNKS_WANTED / STRIDE) * STRIDE;
  const chunkLines = Math.min(Math.max(wanted, STRIDE), LARGEST_CHUNK);
  return {
    model,
    lines,
    bytes,
    offsets: offsets.filter((_, i) => i % (chunkLines / STRIDE) === 0),
    chunk_lines: chunkLines,
    lanes: Math.max(Math.floor(linesInFlight / chunkLines), 1),
    in_progress_at: now,
  };
}

/** The next chunk of each lane of a batch: the first that has not ended. */
export function laneHeads({ offsets, lanes }: Plan, ended: ReadonlySet<number>): number[] {
  const heads: number[] = [];
  for (let lane = 0; lane < Math.min(lanes, offsets.length); lane++) {
    let index = lane;
    while (index < offsets.length && ended.has(index)) index += lanes;
    if (index < offsets.length) heads.push(index);
  }
  return heads;
}

/** The bytes of a chunk in the input. */
export function chunkRange({ offsets, bytes }: Plan, index: number): { start: number; end: number } {
  const start = offsets[index];
  if (start === undefined) throw new Error(`there is no chunk ${index}`);
  return { start, end: offsets[index + 1] ?? bytes };
}
