import { MAX_LINE_BYTES } from "@bullpen/contracts";
import { type BatchState, type FileRecord, readLines } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";
import { pageIds } from "../http/paging.js";
import { paceOf } from "./batch-view.js";

/** Batches that are read in search of a pace: the latest say the most, and each costs a read of storage. */
const MAX_READ = 5;

/**
 * How long a batch of a file takes, in whole seconds, at the pace of the tenant's latest batch on the same model.
 * `undefined` where none has a pace.
 */
export async function expectedSeconds(
  context: Pick<ApiContext, "batches" | "files" | "defaultModel">,
  input: FileRecord,
): Promise<number | undefined> {
  const { tenant } = input;
  const ids = pageIds(await context.batches.ids(tenant), "desc", undefined).slice(0, MAX_READ);
  if (ids.length === 0) return undefined;
  const model = await modelOf(context, input);
  const states = await Promise.all(ids.map((id) => context.batches.find({ tenant, id })));
  const now = Date.now();
  for (const state of states) {
    const rate = state?.plan?.model === model ? bytesPerSecond(state, now) : undefined;
    if (rate !== undefined && rate > 0) return Math.max(1, Math.ceil(input.bytes / rate));
  }
  return undefined;
}

/** The model that the first line names, or the default. */
async function modelOf(
  { files, defaultModel }: Pick<ApiContext, "files" | "defaultModel">,
  input: FileRecord,
): Promise<string> {
  const start = { start: 0, end: Math.min(input.bytes, MAX_LINE_BYTES) - 1 };
  for await (const { content } of readLines(await files.read(input, start), { maxBytes: MAX_LINE_BYTES })) {
    if ("error" in content || content.text.trim() === "") continue;
    return modelIn(content.text) ?? defaultModel;
  }
  return defaultModel;
}

/** The batch's validation refuses what is not a line; here it only has no model. */
function modelIn(line: string): string | undefined {
  try {
    const model: unknown = JSON.parse(line)?.body?.model;
    return typeof model === "string" ? model : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of the input that a batch works through in a second, while it is worked on or over all of its time. */
function bytesPerSecond(state: BatchState, now: number): number | undefined {
  const { plan, end, finalizing, controls } = state;
  if (!plan || plan.lines === 0) return undefined;
  if (end?.status === "completed" && finalizing) {
    const elapsed = (finalizing.at - plan.in_progress_at - controls.paused_ms) / 1_000;
    return elapsed > 0 ? plan.bytes / elapsed : undefined;
  }
  const { lines_per_second } = paceOf(state, now);
  return lines_per_second === null ? undefined : (lines_per_second * plan.bytes) / plan.lines;
}
