import type { StepSummary, TurnPrompt } from "@bullpen/agent";
import { redactContent, type Turn } from "@bullpen/contracts";
import type { Attributes } from "@opentelemetry/api";
import type { TracedQuery } from "../tracing.js";

/** What prompts and answers say, in the form of the conventions and without configured secrets. */

interface Part {
  readonly type: "text" | "tool_call";
  readonly content?: string;
  readonly name?: string;
  readonly arguments?: unknown;
}

interface ContentMessage {
  readonly role: string;
  readonly parts: readonly Part[];
  readonly finish_reason?: string;
}

/** The question and the answer of a query. */
export function agentContent({ job, outcome }: TracedQuery): Attributes {
  return {
    "gen_ai.input.messages": write([text("user", job.query)]),
    ...(outcome.status === "completed" && {
      "gen_ai.output.messages": write([{ ...text("assistant", outcome.answer), finish_reason: "stop" }]),
    }),
  };
}

/** What a turn read and wrote. */
export function chatContent({
  prompt,
  turn,
  call,
}: {
  readonly prompt: TurnPrompt;
  readonly turn: Turn;
  readonly call: StepSummary | undefined;
}): Attributes {
  const said: Part = call
    ? { type: "tool_call", name: call.tool_name, arguments: call.input }
    : { type: "text", content: turn.text };
  const finish_reason = call ? "tool_call" : turn.finish_reason === "stop" ? "stop" : "length";
  return {
    "gen_ai.input.messages": write(prompt.messages.map(({ role, content }) => text(role, content))),
    "gen_ai.output.messages": write([{ role: "assistant", parts: [said], finish_reason }]),
  };
}

/** What a tool got and answered. */
export function toolContent(input: string, observation: string): Attributes {
  return {
    "gen_ai.tool.call.arguments": redactContent(input),
    "gen_ai.tool.call.result": redactContent(observation),
  };
}

function text(role: string, content: string): ContentMessage {
  return { role, parts: [{ type: "text", content }] };
}

function write(messages: readonly ContentMessage[]): string {
  return redactContent(JSON.stringify(messages));
}
