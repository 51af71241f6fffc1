import { createHash } from "node:crypto";
import type { CompletionRequest } from "@bullpen/contracts";
import { action, finalAnswer } from "../testing/action.js";

/** A query whose every step and whose answer follow from its number: any mix-up gives a wrong answer. */
export interface QueryPlan {
  readonly index: number;
  /** Tool calls before the answer. */
  readonly tools: number;
}

/** The separator between a turn's action and the mark of the call that wrote it; the agent ignores both. */
const MARK = "\n```\nmark ";

export function queryText(plan: QueryPlan): string {
  return `task ${plan.index} tools ${plan.tools}`;
}

function parseQueryText(text: string): QueryPlan {
  const match = /^task (\d+) tools (\d+)$/.exec(text);
  if (!match) throw new Error(`not a query of the fault suite: ${text}`);
  return { index: Number(match[1]), tools: Number(match[2]) };
}

/** The step that a tool's input belongs to, whatever its job says. */
export function stepOfInput(input: string): number {
  return Number(input.split("/")[1]);
}

/** What the tool answers: a digest of the input, which itself holds the digest before. */
export function observe(input: string): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 12);
}

export function observations(plan: QueryPlan): string[] {
  const all: string[] = [];
  for (let step = 0; step < plan.tools; step++) all.push(observe(toolInput(plan.index, step, all.at(-1))));
  return all;
}

export function expectedAnswer(plan: QueryPlan): string {
  return [`task ${plan.index}`, ...observations(plan)].join(",");
}

/** The turns of the model that a query takes when nothing goes wrong. */
export function idealTurns(plan: QueryPlan): number {
  return plan.tools + 1;
}

/** The step that a request asks for: the number of turns in its conversation. */
export function stepOfRequest(request: CompletionRequest): number {
  return request.messages.filter((message) => message.role === "assistant").length;
}

/** The scripted model's turn, from the conversation alone. */
export function nextTurn(request: CompletionRequest): string {
  const plan = parseQueryText(request.messages[1]?.content ?? "");
  const seen = request.messages.filter((message) => message.role === "tool").map((one) => one.content);
  const step = seen.length;
  return step < plan.tools
    ? action(toolName(plan.index, step), toolInput(plan.index, step, seen.at(-1)))
    : finalAnswer([`task ${plan.index}`, ...seen].join(","));
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
