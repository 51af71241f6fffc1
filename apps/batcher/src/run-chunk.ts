import { chunkJobId, type Outcome, type ToolDefinition } from "@bullpen/contracts";
import type { EndedQuery } from "@bullpen/protocol";
import { givenUp, type LeasedChunk, type LineQuery, type LineRecord } from "@bullpen/queue";
import { type Halt, markOf, type Plan, type ResultLine, readPartHeader, renderPart } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { type ChunkLine, queryIds, readChunkLines } from "./chunk-lines.js";
import { lineDefect } from "./line-defect.js";
import { haltedResult, queryResult, refusedResult } from "./result-line.js";

/**
 * Continues a chunk: submits the queries of its lines; when all have ended, writes its part and adds the next
 * chunk of its lane. May be interrupted at any point and run again.
 */
export async function runChunk(context: BatchContext, chunk: LeasedChunk): Promise<"waiting" | "ended"> {
  const batch = { tenant: chunk.tenant, id: chunk.batch_id };
  const { batches, lines: queries } = context;
  const plan = await batches.plan(batch);
  if (!plan || !(await batches.isActive(batch))) return "ended";
  if (await batches.hasPart(batch, chunk.index)) {
    await finishChunk(context, chunk, plan);
    return "ended";
  }
  const manifest = await batches.manifest(batch);
  if (!manifest) return "ended";
  const { lines, tools } = await readChunkLines(context, manifest, plan, chunk.index);
  const records = await queries.read(lines.map((line) => line.id));
  const halt = await batches.halt(batch);
  const failures = await chunk.failures();
  const settled = lines.map((line, i) => settle(context, line, records[i], { failures, halt, tools }));
  const open = lines.filter((_, i) => settled[i] === undefined);
  if (open.length > 0) {
    const openQueries = open.flatMap(({ query }): LineQuery[] => ("error" in query ? [] : [query]));
    const startedAt = Date.now();
    await queries.submit(chunkJobId(chunk.batch_id, chunk.index), openQueries);
    context.tracing?.enqueued(openQueries, { startedAt, endedAt: Date.now() });
    return "waiting";
  }
  const { text } = renderPart(settled.filter((result) => result !== undefined));
  await batches.writePart(batch, chunk.index, [text]);
  await finishChunk(context, chunk, plan);
  return "ended";
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
