import { MAX_LINE_BYTES } from "@bullpen/contracts";
import { readFailure } from "@bullpen/protocol";
import {
  type BatchState,
  type FileRecord,
  hasBit,
  lineBits,
  type Manifest,
  type RetryOrigin,
  readFailures,
  readLines,
} from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";

/** A retry whose lines cannot be read any more: a file that it needs was deleted after it was accepted. */
export class LostInputError extends Error {
  override readonly name = "LostInputError";
}

/**
 * Writes the input of a batch that runs failed lines of another one again: those lines, in their order. One that is a
 * batch of its own gets them as a file, too. May be interrupted at any point and run again.
 *
 * @throws {LostInputError}
 */
export async function selectRetryLines(context: BatchContext, manifest: Manifest): Promise<void> {
  const { retry_of: origin, tenant } = manifest;
  const { batches, files } = context;
  if (!origin || (await batches.hasInput(manifest))) return;
  const state = await batches.find({ tenant, id: origin.batch_id });
  const input = state && (await files.find(tenant, state.manifest.input_file_id));
  if (!state || !input) throw new LostInputError(`The input file of ${origin.batch_id} has been deleted.`);
  const selected = await selectFailedLines(context, state, origin);
  await batches.writeSelectedLines(manifest, selected);
  const lines = linesOf(context, input, selected);
  if (origin.in_place !== undefined) {
    await batches.writeInput(manifest, lines);
    return;
  }
  const record = await files.create(
    {
      id: manifest.input_file_id,
      tenant,
      filename: `${manifest.id}_input.jsonl`,
      purpose: "batch",
      ...(manifest.key_id !== undefined && { key_id: manifest.key_id }),
      created_at: Math.floor(Date.now() / 1_000),
      expires_at: null,
    },
    lines,
  );
  await batches.copyInput(manifest, (key) => files.copyContent(record, key));
}

/** The lines that failed at an end of the other batch with one of the codes, a bit a line. */
async function selectFailedLines(
  { batches, files }: BatchContext,
  state: BatchState,
  { end_number, codes, batch_id }: RetryOrigin,
): Promise<Uint8Array> {
  const end = await batches.end(state.manifest, end_number);
  const record = end?.error_file_id && (await files.find(state.manifest.tenant, end.error_file_id));
  if (!state.plan || !end || !record)
    throw new LostInputError(`The error file of ${batch_id} has been deleted.`);
  const { bits, set } = lineBits(state.plan.lines);
  const then = { ...state, end, endNumber: end_number, retry: undefined };
  for await (const { line, result } of readFailures({ batches, files }, then)) {
    if (!codes || codes.includes(readFailure(result).code)) set(line - 1);
  }
  return bits;
}

/** The lines of a file whose bits are set. Blank ones do not count, as in every input. */
async function* linesOf(
  { files }: BatchContext,
  input: FileRecord,
  selected: Uint8Array,
): AsyncGenerator<string> {
  let place = 0;
  for await (const { content } of readLines(await files.read(input), { maxBytes: MAX_LINE_BYTES })) {
    if ("error" in content || content.text.trim() !== "") {
      if (hasBit(selected, place) && "text" in content) yield `${content.text}\n`;
      place++;
    }
  }
}
