import { promptOfTurn, type Run, runsOf, showSteps, type Toolbox } from "@bullpen/agent";
import { type Step, toolNamesOf } from "@bullpen/contracts";
import type { TranscriptTurn, TranscriptView } from "@bullpen/protocol";
import type { QueryRecord } from "@bullpen/queue";

/**
 * A query's transcript as callers see it.
 *
 * @param toolbox the tools of the query: with it each turn comes with its prompt.
 */
export function toTranscriptView(record: QueryRecord, toolbox?: Toolbox): TranscriptView {
  const { id, job, status, outcome, transcript, createdAt, finishedAt } = record;
  const turns = runsOf(transcript).flatMap((run, index) => showRun(record, { ...run, index }, toolbox));
  return {
    id,
    object: "query.transcript",
    status,
    model: job.model,
    class: job.class,
    custom_id: job.custom_id ?? null,
    query: job.query,
    answer: outcome?.status === "completed" ? outcome.answer : null,
    error: outcome?.status === "failed" ? outcome.error : null,
    created_at: createdAt,
    finished_at: finishedAt ?? null,
    tools: toolNamesOf(job),
    sampling: job.sampling,
    limits: job.limits,
    times: timesOf(turns),
    retries: turns.reduce((sum, turn) => sum + (turn.retries ?? 0), 0),
    turns,
  };
}

function showRun(
  record: QueryRecord,
  run: Run & { readonly index: number },
  toolbox?: Toolbox,
): TranscriptTurn[] {
  const { job, transcript, createdAt } = record;
  return run.steps.map((step, i): TranscriptTurn => {
    const { turn, observation } = step;
    const index = run.start + i;
    const previous = transcript.steps[index - 1];
    const [call] = showSteps([step], toolNamesOf(job));
    const { started_at = null, timings } = turn;
    return {
      index,
      run: run.index,
      text: turn.text,
      tool_name: call?.tool_name ?? null,
      input: call?.input ?? null,
      finish_reason: turn.finish_reason,
      forced_by: turn.forced_by ?? null,
      usage: turn.usage,
      started_at,
      waiting_ms: plus(between(endOf(previous, createdAt), started_at), timings?.waiting_ms ?? 0),
      prompt_ms: timings?.prompt_ms ?? null,
      generation_ms: timings?.generation_ms ?? null,
      duration_ms: turn.duration_ms,
      worker: turn.worker ?? null,
      retries: retriesOf(turn.activation, previous),
      prompt: toolbox ? copyPrompt(promptOfTurn(job, toolbox, run.steps.slice(0, i))) : null,
      observation: observation
        ? {
            text: observation.observation,
            is_error: observation.is_error,
            guard: observation.guard ?? null,
            started_at: observation.started_at ?? null,
            waiting_ms: between(endOfTurn(step), observation.started_at ?? null),
            duration_ms: observation.duration_ms,
            worker: observation.worker ?? null,
            attempts: observation.attempts ?? null,
          }
        : null,
    };
  });
}

function copyPrompt({ messages, primer }: ReturnType<typeof promptOfTurn>) {
  return { messages: [...messages], primer };
}

/**
 * How often workers took a query for a turn in vain. A worker takes it once for its first turn, and once more after each
 * call that ran elsewhere.
 */
function retriesOf(activation: number | undefined, previous: Step | undefined): number | null {
  const before = previous ? previous.turn.activation : 0;
  if (activation === undefined || before === undefined) return null;
  const isResumed = !previous || (previous.observation !== undefined && !previous.observation.guard);
  return Math.max(activation - before - (isResumed ? 1 : 0), 0);
}

/** When the turn after a step could begin; `null`: it is not known. */
function endOf(step: Step | undefined, createdAt: number): number | null {
  if (!step) return createdAt;
  const { started_at, duration_ms = 0 } = step.observation ?? {};
  return plus(started_at ?? endOfTurn(step), duration_ms);
}

function endOfTurn({ turn }: Step): number | null {
  return turn.started_at === undefined ? null : turn.started_at + turn.duration_ms;
}

/** The clocks of two hosts may differ: what ends before it begins took no time. */
function between(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(to - from, 0);
}

function plus(a: number | null, b: number): number | null {
  return a === null ? null : a + b;
}

function timesOf(turns: readonly TranscriptTurn[]): TranscriptView["times"] {
  const observations = turns.flatMap(({ observation }) => observation ?? []);
  const ran = observations.filter(({ guard }) => guard === null);
  return {
    waiting_ms: sum(
      [...turns, ...ran.filter(({ worker }) => worker !== null)].map((part) => part.waiting_ms),
    ),
    prompt_ms: sum(turns.map((turn) => turn.prompt_ms)),
    generation_ms: sum(turns.map((turn) => turn.generation_ms)),
    tool_ms: sum(ran.map((part) => part.duration_ms)),
  };
}

/** `null` where a part is not known. */
function sum(parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>(
    (total, part) => (total === null || part === null ? null : total + part),
    0,
  );
}
