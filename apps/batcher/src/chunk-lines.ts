import { acceptChat } from "@bullpen/agent";
import { ApiError, type BatchLine, derivedId, MAX_LINE_BYTES } from "@bullpen/contracts";
import type { LineQuery } from "@bullpen/queue";
import { type Manifest, type Plan, readLines } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { parseLine } from "./parse-line.js";
import { chunkRange } from "./plan-chunks.js";

/** A line of a chunk: its query, or why its body cannot be one. */
export interface ChunkLine {
  readonly customId: string;
  readonly id: string;
  readonly query: LineQuery | { readonly error: ApiError };
}

/** The ids of a chunk's queries: they follow from batch and position, so that every run gives the same. */
export function queryIds(batchId: string, plan: Plan, index: number): string[] {
  const first = index * plan.chunk_lines;
  const count = Math.min(plan.chunk_lines, plan.lines - first);
  return Array.from({ length: count }, (_, i) => derivedId("query", batchId, String(first + i)));
}

/** Reads the lines of a chunk. */
export async function readChunkLines(
  context: BatchContext,
  manifest: Manifest,
  plan: Plan,
  index: number,
): Promise<ChunkLine[]> {
  const range = chunkRange(plan, index);
  const source = await context.batches.readInput(manifest, range);
  const ids = queryIds(manifest.id, plan, index);
  const knownTools = (await context.tools.list()).map((tool) => tool.name);
  const lines: ChunkLine[] = [];
  const options = { maxBytes: MAX_LINE_BYTES, first: { number: 1, start: range.start } };
  for await (const raw of readLines(source, options)) {
    const parsed = parseLine(raw);
    if (!parsed) continue;
    if (!("line" in parsed)) throw new Error(`the input of ${manifest.id} has changed since its validation`);
    const id = ids[lines.length];
    if (id === undefined) throw new Error(`chunk ${index} of ${manifest.id} has more lines than planned`);
    lines.push({
      customId: parsed.line.custom_id,
      id,
      query: toQuery(context, { manifest, plan, knownTools }, id, parsed.line),
    });
  }
  return lines;
}

function toQuery(
  context: BatchContext,
  { manifest, plan, knownTools }: { manifest: Manifest; plan: Plan; knownTools: readonly string[] },
  id: string,
  line: BatchLine,
): ChunkLine["query"] {
  try {
    const { job } = acceptChat(line.body, {
      tenant: manifest.tenant,
      class: "batch",
      defaultModel: context.defaultModel,
      // The whole file was checked for its model.
      knownModels: new Set([plan.model]),
      knownTools,
    });
    const flows = Math.max(context.countBatches(manifest.tenant), 1);
    return { id, job: { ...job, custom_id: line.custom_id, flow: manifest.id, flows } };
  } catch (error) {
    if (error instanceof ApiError) return { error };
    throw error;
  }
}
