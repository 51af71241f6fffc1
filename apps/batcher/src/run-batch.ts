import { type BatchError, type BatchJob, isTerminal } from "@bullpen/contracts";
import { defaultAmong } from "@bullpen/protocol";
import { type BatchState, holdOf, type Manifest, statusOf } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { finalizeBatch } from "./finalize-batch.js";
import { ImportError, importInput } from "./import-input.js";
import { mergeRetry } from "./merge-retry.js";
import { laneHeads, planChunks } from "./plan-chunks.js";
import { readInput } from "./read-input.js";
import { LostInputError, selectRetryLines } from "./select-retry-lines.js";
import { validateInput } from "./validate-input.js";

/** A model that no worker has served for a day does not come back. */
const ABANDONED_MS = 86_400_000;

/**
 * Continues a batch from its records in storage: validates its input, adds its chunks, or joins its
 * files. May be interrupted at any point and run again.
 */
export async function runBatch(context: BatchContext, job: BatchJob): Promise<"waiting" | "ended"> {
  const batch = { tenant: job.tenant, id: job.batch_id };
  let state = await context.batches.find(batch);
  if (state && !isTerminal(statusOf(state)) && !state.plan) {
    await validate(context, state);
    state = await context.batches.find(batch);
  }
  if (!state) return "ended";
  if (!isTerminal(statusOf(state))) {
    const started = await startChunks(context, state);
    // A batch that is held leaves Redis: it comes back when it goes on.
    if (started === "held") return "ended";
    if (started) return "waiting";
    await finalizeBatch(context, state);
  }
  const announced = await mergeRetry(context, batch);
  if (announced) await context.onEnd(announced);
  if (state.plan) await context.lines.forgetShare(state.plan.model, batch.id);
  await context.batches.clear(batch);
  return "ended";
}

async function validate(context: BatchContext, { manifest }: BatchState): Promise<void> {
  const { batches, models, rights, linesInFlight, logger } = context;
  const problem = await makeInput(context, manifest);
  if (problem) {
    await batches.reject(manifest, { errors: [problem], failed_at: Date.now() });
    return;
  }
  const known = await models.list();
  const named = [{ name: context.defaultModel }, ...known];
  const knownModels = new Set(
    (await rights.allowed(manifest.tenant, "models", named)).map(({ name }) => name),
  );
  const defaultModel = defaultAmong(context.defaultModel, knownModels);
  // With a model that nobody serves a batch would expire without an answer.
  const abandoned = known.filter(({ idleMs }) => idleMs > ABANDONED_MS);
  const result = await validateInput(await readInput(batches, manifest), {
    endpoint: manifest.endpoint,
    defaultModel,
    knownModels,
    abandonedModels: new Set(abandoned.map((model) => model.name).filter((name) => name !== defaultModel)),
    onDefect: (error, line) => logger.error({ err: error, batch: manifest.id, line }, "a line made us fail"),
  });
  if ("errors" in result) {
    await batches.reject(manifest, { errors: result.errors, failed_at: Date.now() });
    logger.info({ batch: manifest.id, errors: result.errors.length }, "batch refused");
    return;
  }
  await batches.writePlan(manifest, planChunks(result.summary, linesInFlight, Date.now()));
  logger.info({ batch: manifest.id, lines: result.summary.lines }, "batch begins");
}

/** Makes the input of a batch whose input was not uploaded. Returns why that cannot be done, if it cannot. */
async function makeInput(context: BatchContext, manifest: Manifest): Promise<BatchError | undefined> {
  try {
    await selectRetryLines(context, manifest);
    await importInput(context, manifest);
    return undefined;
  } catch (error) {
    if (error instanceof ImportError) return error.error;
    if (!(error instanceof LostInputError)) throw error;
    return { code: "invalid_request", message: error.message, param: "input_file_id", line: null };
  }
}

/** Adds the chunks that have not ended; `false` when all have. */
async function startChunks(context: BatchContext, state: BatchState): Promise<boolean | "held"> {
  const { manifest, plan, parts, halt } = state;
  if (!plan) return false;
  const { tenant, id: batch_id } = manifest;
  const heads = laneHeads(plan, new Set(parts.map((part) => part.index)));
  if (heads.length > 0 && !halt && holdOf(state.controls)) return "held";
  for (const index of heads) await context.queues.addChunk({ tenant, batch_id, index });
  return heads.length > 0;
}
