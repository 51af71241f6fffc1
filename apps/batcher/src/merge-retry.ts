import { addUsage, type BatchRef, type BatchState, lineBits, readRetriedLines } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { exportResults } from "./export-results.js";
import { writeResultFile } from "./finalize-batch.js";

/**
 * Gives the results of a retry in place, which has ended, to its batch: new files in which each line is once, in input
 * order. Then the files of before are removed. May be interrupted at any point and run again.
 *
 * @returns the batch that has an end to announce; `undefined` where a retry changed nothing.
 */
export async function mergeRetry(context: BatchContext, ref: BatchRef): Promise<BatchRef | undefined> {
  const { batches, files } = context;
  const ended = await batches.find(ref);
  const origin = ended?.manifest.retry_of;
  if (!ended || origin?.in_place === undefined) return ref;
  const batch = { tenant: ref.tenant, id: origin.batch_id };
  const state = await batches.find(batch);
  if (!ended.end || !state) return undefined;
  if (state.retry?.number === origin.in_place) await writeMergedEnd(context, state, ended);
  const replaced = await batches.end(batch, origin.end_number);
  const superseded = [replaced?.output_file_id, replaced?.error_file_id];
  for (const id of [...superseded, ended.end.output_file_id, ended.end.error_file_id]) {
    if (id) await files.remove({ tenant: ref.tenant, id });
  }
  return batch;
}

async function writeMergedEnd(context: BatchContext, state: BatchState, ended: BatchState): Promise<void> {
  const { batches, logger } = context;
  const { manifest, plan, end, retryNumber } = state;
  if (!plan || !end || !ended.plan || !ended.end) return;
  const { bits, set } = lineBits(plan.lines);
  for await (const { line, failed } of readRetriedLines(context, state)) if (failed) set(line);
  const completed = end.completed + ended.end.completed;
  const failed = end.failed - ended.plan.lines + ended.end.failed;
  if (failed > 0) await batches.writeFailedLines(manifest, bits, retryNumber);
  const write = async (kind: "output" | "error", count: number) =>
    count === 0
      ? null
      : writeResultFile(context, manifest, `${kind}-${retryNumber}`, linesOf(context, state, kind));
  const output_error = await exportResults(context, manifest, linesOf(context, state));
  const merged = {
    status: ended.end.status,
    at: Date.now(),
    output_file_id: await write("output", completed),
    error_file_id: await write("error", failed),
    completed,
    failed,
    usage: addUsage(end.usage, ended.end.usage),
    ...(output_error !== undefined && { output_error }),
  };
  await batches.writeEnd(manifest, merged, retryNumber);
  logger.info({ batch: manifest.id, completed, failed }, "failed lines were run again");
}

async function* linesOf(
  context: BatchContext,
  state: BatchState,
  kind?: "output" | "error",
): AsyncGenerator<Uint8Array> {
  for await (const { failed, result } of readRetriedLines(context, state)) {
    if (kind === undefined || failed === (kind === "error")) yield result;
  }
}
