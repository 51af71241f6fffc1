import { estimateTokens } from "@bullpen/agent";
import type { AgentJob, Said } from "@bullpen/contracts";
import type { AcceptOptions } from "../queries/accept-query.js";

/** The part of a context that is left to turns and their results where the conversation fills it. */
const LEFT_SHARE = 1 / 4;

/**
 * The job without the beginning of its history that the model's context has no room for, estimated: who accepts a
 * request has no tokenizer. What is left begins with a message of the user.
 */
export function fitConversation(job: AgentJob, { promptRoom }: Pick<AcceptOptions, "promptRoom">): AgentJob {
  const { history = [], calls = [], query, system = "", prefill = "", caller_tools = [] } = job;
  if (!promptRoom) return job;
  const kept = [system, query, prefill, JSON.stringify(caller_tools)].map(estimateTokens);
  let room = promptRoom(job.model, job.tools) * (1 - LEFT_SHARE);
  room -= sum(kept) + sum(calls.map(tokensOf));
  let start = history.length;
  for (const [i, said] of [...history.entries()].reverse()) {
    room -= tokensOf(said);
    if (room < 0) break;
    if (said.role === "user") start = i;
  }
  if (start === 0) return job;
  const { history: _, ...rest } = job;
  return start === history.length ? rest : { ...rest, history: history.slice(start) };
}

function tokensOf({ content }: Said): number {
  return estimateTokens(content);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
