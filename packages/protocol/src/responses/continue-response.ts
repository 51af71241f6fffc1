import { isPlain, runsOf, sayStep } from "@bullpen/agent";
import { callIdOf, type Outcome, type Said, toolNamesOf } from "@bullpen/contracts";
import { ApiError } from "../errors.js";
import type { OpenCall } from "./conversation.js";
import type { ResponseQuery } from "./response-query.js";

/** What a response hands on to the one that continues it. */
export interface EarlierConversation {
  readonly said: readonly Said[];
  readonly system: readonly string[];
  /** The call whose output the next request brings. Default: the response ended with an answer. */
  readonly openCall?: OpenCall;
  readonly cacheKey: string;
}

/**
 * The conversation of a response to its end. Its instructions are not a part of it.
 *
 * @throws {ApiError} where it has no end that can be continued.
 */
export function continueResponse({ id, job, transcript, outcome }: ResponseQuery): EarlierConversation {
  if (outcome?.status !== "completed") throw unfinished(outcome);
  const runs = runsOf(transcript);
  const answering = outcome.votes?.runs.findIndex(({ agrees }) => agrees) ?? -1;
  const run = runs[answering] ?? runs.at(-1);
  const steps = isPlain(toolNamesOf(job)) ? [] : (run?.steps.slice(0, -1) ?? []);
  const [call] = outcome.tool_calls ?? [];
  const said: Said[] = [
    ...(job.history ?? []),
    { role: "user", content: job.query },
    ...(job.calls ?? []),
    ...(job.prefill === undefined ? [] : [{ role: "assistant" as const, content: job.prefill }]),
    ...steps.flatMap(sayStep),
  ];
  const common = { system: job.response?.system ?? [], cacheKey: job.cache_key ?? id };
  if (!call) return { ...common, said: [...said, { role: "assistant", content: outcome.answer }] };
  const text = transcript.steps[call.step]?.turn.text ?? "";
  return { ...common, said, openCall: { callId: callIdOf(id, call.step), text } };
}

function unfinished(outcome: Outcome | undefined): ApiError {
  const problem = outcome
    ? `the response was ${outcome.status} and has no answer: continue the one before it`
    : "the response has not ended yet: wait for its end, or cancel it and continue the one before it";
  const param = "previous_response_id";
  return new ApiError("invalid_request", `${param}: ${problem}.`, param);
}
