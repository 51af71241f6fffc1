import { derivedId } from "@bullpen/contracts";
import {
  type BatchState,
  countsOf,
  lineBits,
  type Manifest,
  type PartMark,
  readPartHeader,
  readPartResults,
  selectLines,
  usageOf,
} from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { exportResults } from "./export-results.js";

/**
 * Joins the parts of a batch to its output and error file, in input order, and ends it. File ids are derived from
 * the batch: a second run writes the same files again.
 */
export async function finalizeBatch(context: BatchContext, state: BatchState): Promise<void> {
  const { batches, logger } = context;
  const { manifest, halt } = state;
  await batches.writeFinalizing(manifest, Date.now());
  const parts = await batches.parts(manifest);
  const counts = countsOf(parts);
  if (counts.failed > 0) await writeFailedLines(context, state, parts);
  const output_error = await exportResults(
    context,
    manifest,
    readPartResults(batches, { ...state, parts }, 0),
  );
  await batches.writeEnd(manifest, {
    status: halt?.reason ?? "completed",
    output_file_id: await writePartsFile(context, manifest, parts, "completed"),
    error_file_id: await writePartsFile(context, manifest, parts, "failed"),
    ...counts,
    usage: usageOf(parts),
    ...(output_error !== undefined && { output_error }),
    at: Date.now(),
  });
  logger.info({ batch: manifest.id, ...counts }, `batch ${halt?.reason ?? "completed"}`);
}

/** Writes the file of the lines that ended this way; `null` when no line did. */
async function writePartsFile(
  context: BatchContext,
  manifest: Manifest,
  parts: readonly PartMark[],
  which: "completed" | "failed",
): Promise<string | null> {
  const chosen = parts.filter((part) => part[which] > 0);
  if (chosen.length === 0) return null;
  const kind = which === "completed" ? "output" : "error";
  return writeResultFile(context, manifest, kind, linesOf(context, manifest, chosen, which));
}

/** @param kind of the file, from which and the batch its id is derived. */
export async function writeResultFile(
  context: BatchContext,
  manifest: Manifest,
  kind: string,
  lines: AsyncIterable<Uint8Array>,
): Promise<string> {
  const created = Math.floor(Date.now() / 1_000);
  const { output_expires_after: seconds } = manifest;
  const record = await context.files.create(
    {
      id: derivedId("file", manifest.id, kind),
      tenant: manifest.tenant,
      filename: `${manifest.id}_${kind}.jsonl`,
      purpose: "batch_output",
      created_at: created,
      expires_at: seconds === null ? null : created + seconds,
    },
    lines,
  );
  return record.id;
}

/** Records which file has each line, so that both can be read as one, in input order. */
async function writeFailedLines(
  { batches }: BatchContext,
  { manifest, plan }: BatchState,
  parts: readonly PartMark[],
): Promise<void> {
  if (!plan) return;
  const { bits, set } = lineBits(plan.lines);
  for (const { index } of parts.filter((part) => part.failed > 0)) {
    const { failed } = await readPartHeader(await batches.readPart(manifest, index));
    for (const position of failed) set(index * plan.chunk_lines + position);
  }
  await batches.writeFailedLines(manifest, bits);
}

async function* linesOf(
  { batches }: BatchContext,
  manifest: Manifest,
  parts: readonly PartMark[],
  which: "completed" | "failed",
): AsyncGenerator<Uint8Array> {
  for (const { index } of parts) yield* selectLines(await batches.readPart(manifest, index), which);
}
