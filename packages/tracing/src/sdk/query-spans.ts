import { promptOfTurn, runsOf, showSteps, type Toolbox, toolboxOf } from "@bullpen/agent";
import { type AgentJob, inputText, type Step, toolJobId, toolNamesOf } from "@bullpen/contracts";
import { type Attributes, type Span, SpanKind } from "@opentelemetry/api";
import type { TracedQuery } from "../tracing.js";
import { agentContent, chatContent, toolContent } from "./message-content.js";
import { AGENT, AGENT_SPAN, fail, type QueryPlace, type SpanWriter } from "./span-writer.js";

/**
 * Writes the spans of a query that has ended: itself, each turn, each tool call. They follow from its transcript, so
 * that no crash before the end loses or repeats one.
 *
 * @param found the tools of the query, where spans hold prompts and answers.
 */
export function writeQuery(
  writer: SpanWriter,
  query: TracedQuery,
  found: Parameters<typeof toolboxOf>[1] | undefined,
): void {
  const { id, job, outcome, createdAt, finishedAt } = query;
  const toolbox = found && toolboxOf(job, found);
  const span = writer.startQuery(
    {
      name: AGENT_SPAN,
      kind: SpanKind.INTERNAL,
      startedAt: createdAt,
      attributes: { ...queryAttributes(query), ...(toolbox && agentContent(query)) },
    },
    id,
    job.trace_context,
  );
  if (!span.isRecording()) return;
  if (outcome.status === "failed") fail(span, outcome.error.code);
  else if (outcome.status === "expired") fail(span, "expired");
  for (const run of runsOf({ steps: query.transcript.steps, end: undefined })) {
    run.steps.forEach((step, i) => {
      const index = run.start + i;
      const before = run.steps.slice(0, i);
      writeStep(writer, { query, step, index, before, toolbox });
    });
  }
  span.end(new Date(Math.max(finishedAt, createdAt)));
}

interface StepOfQuery {
  readonly query: TracedQuery;
  readonly step: Step;
  readonly index: number;
  /** The steps of its run before it. */
  readonly before: readonly Step[];
  readonly toolbox: Toolbox | undefined;
}

function writeStep(writer: SpanWriter, { query, step, index, before, toolbox }: StepOfQuery): void {
  const { job, createdAt } = query;
  const place: QueryPlace = { queryId: query.id, stored: job.trace_context };
  const { turn, observation } = step;
  const startedAt = turn.started_at ?? createdAt;
  const endedAt = startedAt + turn.duration_ms;
  const [call] = showSteps([step], toolNamesOf(job));
  const chat = writer.startPart(
    {
      name: `chat ${job.model}`,
      kind: SpanKind.INTERNAL,
      startedAt,
      attributes: {
        ...chatAttributes(query, step, index),
        ...(toolbox && chatContent({ prompt: promptOfTurn(job, toolbox, before), turn, call })),
      },
    },
    place,
    `chat:${index}`,
  );
  chat.end(new Date(endedAt));
  if (!observation || observation.guard || !call) return;
  const toolStartedAt = observation.started_at ?? endedAt;
  const tool = writer.startPart(
    {
      name: `execute_tool ${call.tool_name}`,
      kind: SpanKind.INTERNAL,
      startedAt: toolStartedAt,
      attributes: {
        ...common("execute_tool", query),
        "gen_ai.tool.name": call.tool_name,
        "gen_ai.tool.call.id": toolJobId(query.id, index),
        "gen_ai.tool.type": "function",
        "bullpen.step": index,
        ...(observation.worker !== undefined && { "bullpen.worker": observation.worker }),
        ...(observation.attempts !== undefined && { "bullpen.attempts": observation.attempts }),
        ...(toolbox && toolContent(inputText(call.input), observation.observation)),
      },
    },
    place,
    toolPart(index),
  );
  if (observation.is_error) fail(tool, "tool_error");
  tool.end(new Date(toolStartedAt + observation.duration_ms));
}

/** The part of a query that the call of a step is. */
export function toolPart(step: number): string {
  return `tool:${step}`;
}

function common(operation: string, { id, job }: Pick<TracedQuery, "id" | "job">): Attributes {
  return {
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": AGENT,
    "gen_ai.conversation.id": id,
    "gen_ai.request.model": job.model,
    "bullpen.query.id": id,
  };
}

function queryAttributes(query: TracedQuery): Attributes {
  const { job, outcome, transcript } = query;
  const sum = (count: (step: Step) => number) =>
    transcript.steps.reduce((total, step) => total + count(step), 0);
  return {
    ...common("invoke_agent", query),
    ...samplingAttributes(job),
    "gen_ai.agent.name": AGENT,
    ...usageAttributes(
      sum(({ turn }) => turn.usage.prompt_tokens),
      sum(({ turn }) => turn.usage.cached_tokens),
      sum(({ turn }) => turn.usage.completion_tokens),
    ),
    ...(outcome.status === "completed" && {
      "gen_ai.response.finish_reasons": [outcome.finish_reason ?? "stop"],
    }),
    "bullpen.query.status": outcome.status,
    "bullpen.query.class": job.class,
    "bullpen.tenant": job.tenant,
    "bullpen.turns": transcript.steps.length,
  };
}

function chatAttributes(query: TracedQuery, { turn, observation }: Step, index: number): Attributes {
  const { prompt_tokens, cached_tokens, completion_tokens } = turn.usage;
  return {
    ...common("chat", query),
    ...samplingAttributes(query.job),
    "gen_ai.request.max_tokens": query.job.limits.max_tokens,
    "gen_ai.response.model": query.job.model,
    "gen_ai.response.finish_reasons": [turn.finish_reason === "stop" ? "stop" : "length"],
    ...usageAttributes(prompt_tokens, cached_tokens, completion_tokens),
    "bullpen.step": index,
    ...(turn.timings && {
      "bullpen.waiting_ms": turn.timings.waiting_ms,
      "bullpen.prompt_ms": turn.timings.prompt_ms,
      "bullpen.generation_ms": turn.timings.generation_ms,
    }),
    ...(turn.worker !== undefined && { "bullpen.worker": turn.worker }),
    ...(turn.activation !== undefined && { "bullpen.activation": turn.activation }),
    ...(turn.forced_by !== undefined && { "bullpen.forced_by": turn.forced_by }),
    ...(observation?.guard && { "bullpen.guard": observation.guard }),
  };
}

function usageAttributes(input: number, cached: number, output: number): Attributes {
  return {
    "gen_ai.usage.input_tokens": input,
    "gen_ai.usage.output_tokens": output,
    ...(cached > 0 && { "gen_ai.usage.cache_read.input_tokens": cached }),
  };
}

function samplingAttributes({ sampling, stop, response_format }: AgentJob): Attributes {
  const { temperature, top_p, top_k, seed, frequency_penalty, presence_penalty } = sampling;
  return {
    "gen_ai.request.temperature": temperature,
    "gen_ai.request.top_p": top_p,
    ...(top_k > 0 && { "gen_ai.request.top_k": top_k }),
    ...(seed !== undefined && { "gen_ai.request.seed": seed }),
    ...(frequency_penalty ? { "gen_ai.request.frequency_penalty": frequency_penalty } : {}),
    ...(presence_penalty ? { "gen_ai.request.presence_penalty": presence_penalty } : {}),
    ...(stop && { "gen_ai.request.stop_sequences": stop }),
    "gen_ai.output.type": response_format ? "json" : "text",
  };
}

/** Ends a span with what its work came to. */
export function endWork(span: Span, error?: unknown): void {
  if (error !== undefined) fail(span, error instanceof Error ? error.name : "error");
  span.end();
}
