import {
  ACTION_CLOSING,
  type AgentJob,
  type Completion,
  type CompletionRequest,
  type GuardEvent,
  type LanguageModel,
  type LastTurnReason,
  type Observation,
  type Outcome,
  RefusedRequestError,
  type Step,
  StopFilter,
  type Transcript,
  type Turn,
  toolNamesOf,
} from "@bullpen/contracts";
import { continuesQuery } from "./action-constraint.js";
import { AnswerStream } from "./answer-stream.js";
import { promptOfTurn } from "./build-messages.js";
import {
  endsQuery,
  type GenerateMove,
  isPlain,
  type Rules,
  type Toolbox,
  type ToolCall,
} from "./next-move.js";
import { isSaidByGrammar } from "./structured-answer.js";
import { turnConstraint } from "./turn-constraint.js";
import { endRefused, hasOneRun, nextVoteMove, type VoteTurn } from "./votes/next-vote-move.js";
import { samplingOf } from "./votes/runs.js";

/** Where a query's transcript is kept. Every record is written once; a second write has no effect. */
export interface TranscriptLog {
  read(): Promise<Transcript>;
  /** @param outcome how the query ends by this turn, if it does. */
  recordTurn(step: number, turn: Turn, outcome?: Outcome): Promise<void>;
  recordObservation(step: number, observation: Observation): Promise<void>;
}

/** Runs tool calls: in this process, or elsewhere while the query is suspended. */
interface ToolRunner {
  /** The observation, or `suspended` if a later run will find it in the transcript. */
  run(call: ToolCall, signal: AbortSignal): Promise<Observation | "suspended">;
}

export interface AgentRun {
  /** The query's id; turns of one query share the model's prefix cache under it. */
  readonly id: string;
  readonly job: AgentJob;
  readonly toolbox: Toolbox;
  readonly model: LanguageModel;
  readonly log: TranscriptLog;
  readonly toolRunner: ToolRunner;
  readonly now: () => number;
  /** When the query expires, in Unix milliseconds. Default: never. */
  readonly deadline?: number;
  /** Called when a guard has answered a call, once it is recorded. */
  readonly onGuard?: (event: GuardEvent) => void;
  /** Called when a turn was held to the final answer, once it is recorded. */
  readonly onLastTurn?: (reason: LastTurnReason) => void;
  /**
   * Called with each piece of an answer while it is written, and how many characters came before it. Not called in a
   * vote, whose answer is known at its end, and where several answers are asked for.
   */
  readonly onAnswer?: (piece: string, offset: number) => void;
}

/**
 * Takes a query from the last record of its transcript to its end, or to a tool call that runs elsewhere.
 * Each turn is recorded before anything follows from it, so that a run that dies anywhere is
 * continued by the next one without repeating a recorded step.
 */
export async function runAgent(
  { onAnswer, ...rest }: AgentRun,
  signal: AbortSignal,
): Promise<Outcome | "suspended"> {
  const run: AgentRun = { ...rest, ...(onAnswer && hasOneRun(rest.job) && { onAnswer }) };
  for (;;) {
    signal.throwIfAborted();
    const transcript = await run.log.read();
    if (transcript.end) return transcript.end.outcome;
    const move = nextVoteMove(transcript, rulesOf(run), run.toolbox, run.job);
    if (move.type === "finish") return move.outcome;
    if (move.type === "generate") {
      const refusal = await takeTurn(run, transcript, move, signal);
      if (refusal) return refusal;
    } else if (move.type === "observe") {
      const { step, result, guard } = move;
      await run.log.recordObservation(step, { ...result, duration_ms: 0, ...(guard && { guard }) });
      if (guard) run.onGuard?.(guard);
    } else if ((await callTool(run, move.call, signal)) === "suspended") return "suspended";
  }
}

function rulesOf({ job, deadline, now }: AgentRun): Rules {
  const { limits, guards, response_format, stop } = job;
  return {
    limits,
    guards,
    ...(response_format && { format: response_format }),
    ...(stop && { stop }),
    ...(deadline !== undefined && { timeLeftMs: deadline - now() }),
  };
}

/** Generates and records the next turn. Returns how the query ends if the model refuses the request. */
async function takeTurn(
  run: AgentRun,
  transcript: Transcript,
  move: VoteTurn,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const startedAt = run.now();
  let completion: Completion;
  try {
    completion = await run.model.complete(
      {
        ...(isPlain(toolNamesOf(run.job))
          ? plainTurn(run, move.before)
          : agentTurn(run, { steps: move.before, end: undefined }, move)),
        ...(needsFurtherRun(run.job, move) && { willContinue: () => true }),
        sampling: samplingOf(run.job.sampling, move.run),
        maxTokens: move.maxTokens,
        cacheKey: run.job.cache_key ?? run.id,
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof RefusedRequestError)) throw error;
    const refusal = { status: "failed", error: { code: "invalid_request", message: error.message } } as const;
    return endRefused(transcript, move, refusal, run.job);
  }
  const turn: Turn = {
    text: completion.text,
    finish_reason: completion.finishReason,
    usage: completion.usage,
    duration_ms: run.now() - startedAt,
    started_at: startedAt,
    ...(completion.timings && { timings: completion.timings }),
    ...(completion.logprobs && { logprobs: [...completion.logprobs] }),
    ...(move.lastTurn && { forced_by: move.lastTurn }),
    ...(move.previousRun && { previous_run: move.previousRun }),
  };
  // A turn that ends the query is recorded together with that end.
  const steps = [...transcript.steps, { turn, observation: undefined }];
  const next = nextVoteMove({ ...transcript, steps }, rulesOf(run), run.toolbox, run.job);
  await run.log.recordTurn(move.step, turn, next.type === "finish" ? next.outcome : undefined);
  if (move.lastTurn) run.onLastTurn?.(move.lastTurn);
  return undefined;
}

type TurnRequest = Omit<CompletionRequest, "sampling" | "maxTokens" | "cacheKey">;

/** Whether a vote goes on after this run whatever it answers: it is decided by more than half of the runs. */
function needsFurtherRun({ votes, n = 1 }: AgentJob, { run }: VoteTurn): boolean {
  return run < Math.max(Math.floor(votes / 2), n - 1);
}

/** The turn of an agent: one action. */
function agentTurn(
  { job, toolbox, onAnswer }: AgentRun,
  transcript: Transcript,
  move: GenerateMove,
): TurnRequest {
  return {
    ...promptOfTurn(job, toolbox, transcript.steps),
    closing: ACTION_CLOSING,
    constraint: turnConstraint(job, toolbox, transcript, move),
    willContinue: (text) => continuesQuery(text) && !isLastOfLine(text, job, toolbox),
    ...(onAnswer &&
      mayPreview(job) && {
        onText: readAnswer(
          new AnswerStream(
            (name) => endsQuery(name, transcript, toolbox),
            job.response_format ? "json" : "text",
          ),
          passOn(onAnswer, job),
        ),
      }),
  };
}

/** Whether a turn ends a line of a batch by a call: nobody is about to send its result. */
function isLastOfLine(text: string, job: AgentJob, { returned = new Set() }: Toolbox): boolean {
  return job.class === "batch" && [...returned].some((name) => text.startsWith(JSON.stringify(name)));
}

/** The turn of a query without tools: its text is the answer. */
function plainTurn({ job, toolbox, onAnswer }: AgentRun, before: readonly Step[]): TurnRequest {
  const { response_format: format } = job;
  return {
    ...promptOfTurn(job, toolbox, before),
    ...(job.stop && { stop: job.stop }),
    ...(job.logprobs !== undefined && { logprobs: job.logprobs }),
    ...(format && { constraint: { name: format.name, schema: format.schema } }),
    ...(onAnswer && mayPreview(job) && { onText: passOn(onAnswer, job) }),
  };
}

/** Whether an answer is shown while it is written. JSON that may yet turn out not to fit is shown when it is whole. */
function mayPreview({ response_format: format }: AgentJob): boolean {
  return format === undefined || isSaidByGrammar(format.schema);
}

/** Passes on the answer that a turn contains, if it contains one. */
function readAnswer(stream: AnswerStream, add: (piece: string) => void) {
  return (text: string) => add(stream.push(text));
}

function passOn(onAnswer: (piece: string, offset: number) => void, { stop = [], response_format }: AgentJob) {
  const filter = new StopFilter(response_format ? [] : stop);
  let offset = 0;
  return (text: string) => {
    const piece = filter.push(text);
    if (piece !== "") onAnswer(piece, offset);
    offset += piece.length;
  };
}

async function callTool(run: AgentRun, call: ToolCall, signal: AbortSignal): Promise<"done" | "suspended"> {
  const observation = await run.toolRunner.run(call, signal);
  if (observation === "suspended") return "suspended";
  await run.log.recordObservation(call.step, observation);
  return "done";
}
