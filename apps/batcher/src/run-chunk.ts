import { chunkJobId, type Outcome, type ToolDefinition } from "@bullpen/contracts";
import type { EndedQuery } from "@bullpen/protocol";
import { givenUp, type LeasedChunk, type LineQuery, type LineRecord } from "@bullpen/queue";
import {
  type Halt,
  holdOf,
  markOf,
  type Plan,
  type ResultLine,
  readPartHeader,
  renderPart,
} from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { type Chunk, type ChunkInput, type ChunkLine, queryIds, readChunkLines } from "./chunk-lines.js";
import { lineDefect } from "./line-defect.js";
import { haltedResult, queryResult, refusedResult } from "./result-line.js";

/**
 * Continues a chunk: submits the queries of its lines; when all have ended, writes its part and adds the next
 * chunk of its lane. May be interrupted at any point and run again.
 */
export async function runChunk(context: BatchContext, chunk: LeasedChunk): Promise<"waiting" | "ended"> {
  const batch = { tenant: chunk.tenant, id: chunk.batch_id };
  const { batches } = context;
  const plan = await batches.plan(batch);
  if (!plan || !(await batches.isActive(batch))) return "ended";
  if (await batches.hasPart(batch, chunk.index)) {
    await finishChunk(context, chunk, plan);
    return "ended";
  }
  const manifest = await batches.manifest(batch);
  if (!manifest) return "ended";
  const controls = await batches.controls.read(manifest, context.active.get(batch.id)?.controls);
  const known = { manifest, plan, controls, index: chunk.index };
  const input = await readChunkLines(context, known);
  const settled = await settleLines(context, known, input, await chunk.failures());
  const open = input.lines.filter((_, i) => settled[i] === undefined);
  if (open.length > 0) {
    if (holdOf(controls)) return holdChunk(context, known, input.lines, settled);
    await submitLines(context, chunkJobId(chunk.batch_id, chunk.index), queriesOf(open));
    return "waiting";
  }
  const { text } = renderPart(settled.filter((result) => result !== undefined));
  await batches.writePart(batch, chunk.index, [text]);
  await finishChunk(context, chunk, plan);
  return "ended";
}

/** Submits those lines of a chunk that were taken out of the queue, while others of it have not ended. */
export async function resubmitLines(context: BatchContext, chunk: Chunk): Promise<void> {
  const input = await readChunkLines(context, chunk);
  // Before the transcripts: a query ends before its job goes, so one that ends meanwhile is not submitted again.
  const missing = await context.waiting.withoutJob(chunk.plan.model, queriesOf(input.lines));
  const settled = await settleLines(context, chunk, input, new Map());
  const open = new Set(input.lines.flatMap((line, i) => (settled[i] ? [] : [line.id])));
  const lost = missing.filter((query) => open.has(query.id));
  // A chunk that has gone on meanwhile submits them itself.
  if (lost.length === 0 || !(await context.queues.isWaiting(chunk.manifest.id, chunk.index))) return;
  await submitLines(context, chunkJobId(chunk.manifest.id, chunk.index), lost);
}

async function submitLines(
  { lines, tracing }: BatchContext,
  jobId: string,
  queries: readonly LineQuery[],
): Promise<void> {
  const startedAt = Date.now();
  await lines.submit(jobId, queries);
  tracing?.enqueued(queries, { startedAt, endedAt: Date.now() });
}

/** The result of each line that has one. */
type Settled = readonly (ResultLine | undefined)[];

async function settleLines(
  context: BatchContext,
  chunk: Chunk,
  { lines, tools }: ChunkInput,
  failures: ReadonlyMap<string, string>,
): Promise<Settled> {
  const { batches, lines: queries } = context;
  const { manifest, controls, index } = chunk;
  const kept = controls.number > 0 ? await batches.held.read(manifest, index) : new Map<number, ResultLine>();
  const records = await queries.read(lines.map((line) => line.id));
  const halt = await batches.halt(manifest);
  return lines.map((line, i) => kept.get(i) ?? settle(context, line, records[i], { failures, halt, tools }));
}

/**
 * Keeps the results of a chunk whose batch is held, and takes its lines out of Redis, which would forget them: no line
 * waits there, and none of them runs.
 */
async function holdChunk(
  { batches, lines: queries, waiting }: BatchContext,
  { manifest, controls, index }: Chunk,
  lines: readonly ChunkLine[],
  settled: Settled,
): Promise<"ended"> {
  const results = new Map<number, ResultLine>();
  for (const [i, result] of settled.entries()) if (result) results.set(i, result);
  if (results.size > 0) await batches.held.write(manifest, { index, change: controls.number }, results);
  const ids = lines.map(({ id }) => id);
  const records = await queries.read(ids);
  // One that has had turns goes on with them.
  const begun = new Set(ids.filter((_, i) => !settled[i] && (records[i]?.transcript.steps.length ?? 0) > 0));
  await waiting.suspend([...begun]);
  await queries.forget(ids.filter((id) => !begun.has(id)));
  return "ended";
}

function queriesOf(lines: readonly ChunkLine[]): LineQuery[] {
  return lines.flatMap(({ query }) => ("error" in query ? [] : [query]));
}

/** What decides about the results of a chunk's lines besides their queries. */
interface ChunkState {
  readonly failures: ReadonlyMap<string, string>;
  readonly halt: Halt | undefined;
  readonly tools: readonly ToolDefinition[];
}

/**
 * The result of a line, if it has one yet. A line of a halted batch always has one, and so does a line whose
 * result cannot be read.
 */
function settle(
  { logger }: BatchContext,
  line: ChunkLine,
  record: LineRecord | undefined,
  { failures, halt, tools }: ChunkState,
): ResultLine | undefined {
  const { query, id } = line;
  if ("error" in query) return refusedResult(line, query.error);
  try {
    const outcome = outcomeOf(record, failures.get(id));
    if (!outcome || !record) return halt && haltedResult(line, halt.reason);
    // A query that its user cancelled keeps that end, also when its batch is halted.
    if (halt && outcome.status === halt.reason) return haltedResult(line, halt.reason);
    return queryResult(line, endedQuery(query, record, outcome), tools);
  } catch (error) {
    logger.error({ err: error, query: id }, "the result of a line cannot be told");
    return refusedResult(line, lineDefect());
  }
}

/** The end of a query, including one that the queue gave up before its end was written. */
function outcomeOf(record: LineRecord | undefined, failure: string | undefined): Outcome | undefined {
  return record?.transcript.end?.outcome ?? (failure === undefined ? undefined : givenUp(failure));
}

function endedQuery({ id, job }: LineQuery, record: LineRecord, outcome: Outcome): EndedQuery {
  const { transcript, createdAt } = record;
  const finishedAt = transcript.end?.finished_at;
  return { id, job, transcript, outcome, createdAt: createdAt ?? finishedAt ?? Date.now(), finishedAt };
}

/** Counts the stored part, which any process may have written, and continues with the next chunk of the lane. */
async function finishChunk(context: BatchContext, chunk: LeasedChunk, plan: Plan): Promise<void> {
  const batch = { tenant: chunk.tenant, id: chunk.batch_id };
  await context.lines.forget(queryIds(batch.id, plan, chunk.index));
  const header = await readPartHeader(await context.batches.readPart(batch, chunk.index));
  await context.batches.markPart(batch, markOf(chunk.index, header));
  for (let next = chunk.index + plan.lanes; next < plan.offsets.length; next += plan.lanes) {
    if (await context.batches.hasPart(batch, next)) continue;
    await context.queues.addChunk({ tenant: chunk.tenant, batch_id: chunk.batch_id, index: next });
    return;
  }
}
