import { type AgentJob, derivedId, MAX_LINE_BYTES, type ToolDefinition } from "@bullpen/contracts";
import {
  type AcceptOptions,
  ApiError,
  acceptChat,
  acceptResponseLine,
  type BatchLine,
  RESPONSES_ENDPOINT,
  toolOptions,
} from "@bullpen/protocol";
import type { LineQuery } from "@bullpen/queue";
import { type Line, type Manifest, type NumberedControls, type Plan, readLines } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { budgetField } from "./check-budget.js";
import { lineDefect } from "./line-defect.js";
import { parseLine } from "./parse-line.js";
import { chunkRange } from "./plan-chunks.js";
import { readInput } from "./read-input.js";

/** A line of a chunk: its query, or the error that refuses it. */
export interface ChunkLine {
  /** `null` for a line that can no longer be read. */
  readonly customId: string | null;
  readonly id: string;
  readonly query: LineQuery | { readonly error: ApiError };
}

/** A chunk's lines, and the tools that there are. */
export interface ChunkInput {
  readonly lines: readonly ChunkLine[];
  readonly tools: readonly ToolDefinition[];
}

/** A chunk of a batch, and what its lines depend on. */
export interface Chunk {
  readonly manifest: Manifest;
  readonly plan: Plan;
  readonly controls: NumberedControls;
  readonly index: number;
}

/** The ids of a chunk's queries, derived from batch and position: the same in every run. */
export function queryIds(batchId: string, plan: Plan, index: number): string[] {
  const first = index * plan.chunk_lines;
  const count = Math.min(plan.chunk_lines, plan.lines - first);
  return Array.from({ length: count }, (_, i) => derivedId("query", batchId, String(first + i)));
}

/**
 * Reads the lines of a chunk. Returns as many as the plan says even if the input has changed since its
 * validation, so that each line ends once.
 */
export async function readChunkLines(context: BatchContext, chunk: Chunk): Promise<ChunkInput> {
  const { manifest, plan, index } = chunk;
  const range = chunkRange(plan, index);
  const ids = queryIds(manifest.id, plan, index);
  const [all, models] = await Promise.all([context.tools.list(), context.models.list()]);
  const tools = await context.rights.allowed(manifest.tenant, "tools", all);
  const ofTools = toolOptions(tools, new Map(models.map((model) => [model.name, model.context_tokens])));
  const lines: ChunkLine[] = [];
  const options = { maxBytes: MAX_LINE_BYTES, first: { number: 1, start: range.start } };
  for await (const raw of readLines(await readInput(context.batches, manifest, range), options)) {
    const id = ids[lines.length];
    if (id === undefined) break;
    const line = toChunkLine(context, { ...chunk, ofTools }, id, raw);
    if (line) lines.push(line);
  }
  if (lines.length < ids.length) {
    context.logger.error(
      { batch: manifest.id, chunk: index },
      "the input has lost lines since its validation",
    );
  }
  return {
    lines: ids.map((id, i) => lines[i] ?? { customId: null, id, query: { error: lineDefect() } }),
    tools,
  };
}

interface AcceptedInput extends Chunk {
  readonly ofTools: ReturnType<typeof toolOptions>;
}

/** An error of one line ends that line alone. `undefined` for a blank line. */
function toChunkLine(
  context: BatchContext,
  input: AcceptedInput,
  id: string,
  raw: Line,
): ChunkLine | undefined {
  let customId: string | null = null;
  try {
    const parsed = parseLine(raw);
    if (!parsed) return undefined;
    if ("problem" in parsed) {
      // A newer Bullpen may refuse a line that an older one has validated.
      const { message, param } = parsed.problem;
      return { customId, id, query: { error: new ApiError("invalid_request", message, param) } };
    }
    customId = parsed.line.custom_id;
    return { customId, id, query: { id, job: toJob(context, input, parsed.line) } };
  } catch (error) {
    if (error instanceof ApiError) return { customId, id, query: { error } };
    context.logger.error({ err: error, batch: input.manifest.id, line: id }, "a line made us fail");
    return { customId, id, query: { error: lineDefect() } };
  }
}

/** @throws {ApiError} that names the field at fault. */
function toJob(
  context: BatchContext,
  { manifest, plan, controls, index, ofTools }: AcceptedInput,
  line: BatchLine,
): AgentJob {
  const options: AcceptOptions = {
    tenant: manifest.tenant,
    keyId: manifest.key_id,
    class: "batch",
    defaultModel: plan.model,
    agentDefaults: context.agentDefaults,
    defaultVotes: manifest.votes,
    // The whole file was checked for its model.
    knownModels: new Set([plan.model]),
    ...ofTools,
  };
  const isResponse = manifest.endpoint === RESPONSES_ENDPOINT;
  const job = isResponse ? acceptResponseLine(line.body, options) : acceptChat(line.body, options).job;
  const flows = context.active.sharesOf(manifest, controls);
  const { trace_context } = manifest;
  const traced = trace_context && { trace_context: { ...trace_context, linked: true } };
  const budget_field = budgetField(index, controls);
  const counted = budget_field !== undefined && { budget_field };
  return { ...job, custom_id: line.custom_id, flow: manifest.id, flows, ...traced, ...counted };
}
