import {
  ACTION_CLOSING,
  ACTION_PRIMER,
  type AgentJob,
  type Completion,
  type CompletionRequest,
  type LanguageModel,
  type Observation,
  type Outcome,
  RefusedRequestError,
  type Transcript,
  type Turn,
} from "@bullpen/contracts";
import { actionConstraint, continuesQuery } from "./action-constraint.js";
import { AnswerStream } from "./answer-stream.js";
import { buildMessages, buildPlainMessages } from "./build-messages.js";
import { endsQuery, isPlain, type Move, nextMove, type Toolbox, type ToolCall } from "./next-move.js";

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
  /** Called with each piece of an answer while it is written, and how many characters came before it. */
  readonly onAnswer?: (piece: string, offset: number) => void;
}

/**
 * Takes a query from the last record of its transcript to its end, or to a tool call that runs elsewhere.
 * Each turn is recorded before anything follows from it, so that a run that dies anywhere is
 * continued by the next one without repeating a recorded step.
 */
export async function runAgent(run: AgentRun, signal: AbortSignal): Promise<Outcome | "suspended"> {
  for (;;) {
    signal.throwIfAborted();
    const transcript = await run.log.read();
    if (transcript.end) return transcript.end.outcome;
    const move = nextMove(transcript, run.job.limits, run.toolbox);
    if (move.type === "finish") return move.outcome;
    if (move.type === "generate") {
      const refusal = await takeTurn(run, transcript, move, signal);
      if (refusal) return refusal;
    } else if (move.type === "observe")
      await run.log.recordObservation(move.step, { ...move.result, duration_ms: 0 });
    else if ((await callTool(run, move.call, signal)) === "suspended") return "suspended";
  }
}

/** Generates and records the next turn. Returns how the query ends if the model refuses the request. */
async function takeTurn(
  run: AgentRun,
  transcript: Transcript,
  move: Extract<Move, { type: "generate" }>,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const startedAt = run.now();
  let completion: Completion;
  try {
    completion = await run.model.complete(
      {
        ...(isPlain(run.job.tools) ? plainTurn(run) : agentTurn(run, transcript)),
        sampling: run.job.sampling,
        maxTokens: move.maxTokens,
        cacheKey: run.id,
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof RefusedRequestError)) throw error;
    return { status: "failed", error: { code: "invalid_request", message: error.message } };
  }
  const turn: Turn = {
    text: completion.text,
    finish_reason: completion.finishReason,
    usage: completion.usage,
    duration_ms: run.now() - startedAt,
  };
  // A turn that ends the query is recorded together with that end.
  const steps = [...transcript.steps, { turn, observation: undefined }];
  const next = nextMove({ ...transcript, steps }, run.job.limits, run.toolbox);
  await run.log.recordTurn(move.step, turn, next.type === "finish" ? next.outcome : undefined);
  return undefined;
}

type TurnRequest = Omit<CompletionRequest, "sampling" | "maxTokens" | "cacheKey">;

/** The turn of an agent: one action. */
function agentTurn({ job, toolbox, onAnswer }: AgentRun, transcript: Transcript): TurnRequest {
  return {
    messages: buildMessages(job, toolbox.tools, transcript),
    primer: ACTION_PRIMER,
    closing: ACTION_CLOSING,
    constraint: actionConstraint(toolbox.tools),
    willContinue: continuesQuery,
    ...(onAnswer && { onText: readAnswer((name) => endsQuery(name, transcript, toolbox), onAnswer) }),
  };
}

/** The only turn of a query without tools: its text is the answer. */
function plainTurn({ job, onAnswer }: AgentRun): TurnRequest {
  return {
    messages: buildPlainMessages(job),
    primer: job.prefill ?? "",
    ...(onAnswer && { onText: passOn(onAnswer) }),
  };
}

/** Passes on the answer that a turn contains, if it contains one. */
function readAnswer(isAnswer: (name: string) => boolean, onAnswer: (piece: string, offset: number) => void) {
  const stream = new AnswerStream(isAnswer);
  const add = passOn(onAnswer);
  return (text: string) => add(stream.push(text));
}

function passOn(onAnswer: (piece: string, offset: number) => void) {
  let offset = 0;
  return (piece: string) => {
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
