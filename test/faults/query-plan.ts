import { createHash } from "node:crypto";
import { samplingOf } from "@bullpen/agent";
import { type CompletionRequest, MAX_VOTES } from "@bullpen/contracts";
import { action, finalAnswer } from "../testing/action.js";

/** A query whose every step and whose answer follow from its number: any mix-up gives a wrong answer. */
export interface QueryPlan {
  readonly index: number;
  /** Tool calls before the answer. */
  readonly tools: number;
  /** How many runs vote on the answer. The first one disagrees with all others. Default: 1. */
  readonly votes?: number;
}

/** The seed of all votes: a run is told by the seed that follows from it. */
const VOTE_SEED = 1;

/** The separator between a turn's action and the mark of the call that wrote it; the agent ignores both. */
const MARK = "\n```\nmark ";

export function queryText({ index, tools, votes = 1 }: QueryPlan): string {
  return `task ${index} tools ${tools} votes ${votes}`;
}

/** What a query asks for besides its text. */
export function askedOf({ votes = 1 }: QueryPlan): { readonly votes: number; readonly seed: number } {
  return { votes, seed: VOTE_SEED };
}

function parseQueryText(text: string): Required<QueryPlan> {
  const match = /^task (\d+) tools (\d+) votes (\d+)$/.exec(text);
  if (!match) throw new Error(`not a query of the fault suite: ${text}`);
  return { index: Number(match[1]), tools: Number(match[2]), votes: Number(match[3]) };
}

/** The step that a tool's input belongs to, whatever its job says. */
export function stepOfInput(input: string): number {
  return Number(input.split("/")[1]);
}

/** What the tool answers: a digest of the input, which itself holds the digest before. */
export function observe(input: string): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 12);
}

/** The observations of all runs, in order. */
export function observations(plan: QueryPlan): string[] {
  return Array.from({ length: runsOf(plan) }, (_, run) => observationsOf(plan, run)).flat();
}

function observationsOf({ index, tools }: QueryPlan, run: number): string[] {
  const all: string[] = [];
  for (let turn = 0; turn < tools; turn++) {
    all.push(observe(toolInput(index, run * (tools + 1) + turn, all.at(-1))));
  }
  return all;
}

/** What most runs answer: not the first one, where there are several. */
export function expectedAnswer(plan: QueryPlan): string {
  return answerOf(plan, runsOf(plan) - 1);
}

function answerOf(plan: QueryPlan, run: number): string {
  const isMinority = run === 0 && runsOf(plan) > 1;
  return `task ${plan.index}, ${isMinority ? "the minority" : `${plan.tools} tools`}`;
}

/** Runs that a vote takes whose first run disagrees with all others: one more than the majority. */
function runsOf({ votes = 1 }: QueryPlan): number {
  return votes === 1 ? 1 : Math.floor(votes / 2) + 2;
}

/** The turns of the model that a query takes when nothing goes wrong. */
export function idealTurns(plan: QueryPlan): number {
  return runsOf(plan) * (plan.tools + 1);
}

/** The tool calls that a query takes when nothing goes wrong. */
export function idealToolCalls(plan: QueryPlan): number {
  return runsOf(plan) * plan.tools;
}

/** The step that a request asks for: the turns of its conversation, after those of the runs before. */
export function stepOfRequest(request: CompletionRequest): number {
  const { tools } = planOf(request);
  const turns = request.messages.filter((message) => message.role === "assistant").length;
  return runOfRequest(request) * (tools + 1) + turns;
}

function planOf(request: CompletionRequest): Required<QueryPlan> {
  return parseQueryText(request.messages[1]?.content ?? "");
}

function runOfRequest({ sampling }: CompletionRequest): number {
  for (let run = 0; run < MAX_VOTES; run++) {
    if (samplingOf({ ...sampling, seed: VOTE_SEED }, run).seed === sampling.seed) return run;
  }
  throw new Error(`no run has the seed ${sampling.seed}`);
}

/** The scripted model's turn, from the conversation and its seed alone. */
export function nextTurn(request: CompletionRequest): string {
  const plan = planOf(request);
  const run = runOfRequest(request);
  const seen = request.messages.filter((message) => message.role === "tool").map((one) => one.content);
  const step = run * (plan.tools + 1) + seen.length;
  if (seen.length < plan.tools) {
    return action(toolName(plan.index, step), toolInput(plan.index, step, seen.at(-1)));
  }
  // A wrong answer holds what the run saw, so that two wrong runs do not agree by chance.
  const isRight = seen.join() === observationsOf(plan, run).join();
  return finalAnswer(isRight ? answerOf(plan, run) : `task ${plan.index} saw ${seen.join()}`);
}

/** A turn's text with a mark that tells the call that wrote it from every other. */
export function withMark(turnText: string, mark: string): string {
  return turnText + MARK + mark;
}

/** The mark of the model call that wrote a recorded turn. */
export function markOf(turnText: string): string {
  return turnText.split(MARK)[1] ?? "";
}

function toolInput(index: number, step: number, previous = "first"): string {
  return `${index}/${step}/${previous}`;
}

function toolName(index: number, step: number): string {
  return (index + step) % 2 === 0 ? "Calculator" : "Search";
}
