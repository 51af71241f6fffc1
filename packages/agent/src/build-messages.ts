import {
  ACTION_CLOSING,
  ACTION_PRIMER,
  type AgentJob,
  FINAL_ANSWER,
  type Message,
  renderActionContinuation,
  type Said,
  type Step,
  type ToolDefinition,
  type Transcript,
  toolNamesOf,
} from "@bullpen/contracts";
import { buildInstructions } from "./instructions.js";
import { isPlain, type Toolbox } from "./next-move.js";
import { parseAction } from "./parse-action.js";
import { describeFormat } from "./structured-answer.js";

/** A question and its conversation. */
export type Question = Pick<
  AgentJob,
  "query" | "system" | "history" | "calls" | "prefill" | "response_format"
>;

/** The user message that is added if a conversation for an agent ends with the assistant's words. */
const GO_ON = "Go on.";

/** What a turn of the model goes on from. */
export interface TurnPrompt {
  readonly messages: readonly Message[];
  /** Text that opens the reply. */
  readonly primer: string;
}

/** The prompt of a turn. @param before the steps of its run before it. */
export function promptOfTurn(
  job: Pick<AgentJob, "tools" | "caller_tools"> & Question,
  { tools }: Pick<Toolbox, "tools">,
  before: readonly Step[],
): TurnPrompt {
  const transcript = { steps: before, end: undefined };
  if (!isPlain(toolNamesOf(job))) {
    return { messages: buildMessages(job, tools, transcript), primer: ACTION_PRIMER };
  }
  const { response_format: format, prefill } = job;
  return { messages: buildPlainMessages(job, transcript), primer: format ? "" : (prefill ?? "") };
}

/**
 * The conversation as the caller has it, for a model that answers in plain text. For one that answers with JSON the
 * instructions end with what the JSON has to be, and a reply that was begun is a part of the conversation.
 *
 * @param transcript holds an answer that did not fit, if there was one.
 */
export function buildPlainMessages(question: Question, transcript?: Transcript): Message[] {
  const { query, system, history = [], calls = [], prefill, response_format: format } = question;
  const rule = format && `Reply with ${describeFormat(format)}. Write nothing else.`;
  const told = [system, rule].filter((text) => text !== undefined);
  return [
    ...(told.length > 0 ? [{ role: "system" as const, content: told.join("\n\n") }] : []),
    ...history.map(toPlainMessage),
    { role: "user", content: query },
    ...calls.map(toPlainMessage),
    ...(format && prefill !== undefined
      ? [
          { role: "assistant" as const, content: prefill },
          { role: "user" as const, content: GO_ON },
        ]
      : []),
    ...(transcript?.steps ?? []).flatMap(sayPlainStep),
  ];
}

function sayPlainStep({ turn, observation }: Step): Message[] {
  return [
    { role: "assistant", content: turn.text },
    ...(observation ? [{ role: "user" as const, content: observation.observation }] : []),
  ];
}

/** The conversation so far, ready for the agent's next turn. */
export function buildMessages(
  { query, system, history = [], calls = [], prefill, response_format }: Question,
  tools: readonly ToolDefinition[],
  transcript: Transcript,
): Message[] {
  const instructions = buildInstructions(tools, response_format);
  const messages: Message[] = [
    { role: "system", content: system === undefined ? instructions : `${instructions}\n\n${system}` },
    ...history.map(toMessage),
    { role: "user", content: query },
    ...calls.map(toMessage),
    ...(prefill === undefined
      ? []
      : [toMessage({ role: "assistant", content: prefill }), { role: "user" as const, content: GO_ON }]),
  ];
  return [...messages, ...transcript.steps.flatMap(sayStep).map(toMessage)];
}

/** A step as a part of a conversation. A turn that was no action is followed by what the model is told of it. */
export function sayStep({ turn, observation }: Step): Said[] {
  const said: Said[] = [{ role: "action", content: turn.text }];
  if (observation) said.push({ role: "tool", content: observation.observation });
  else if (!parseAction(turn.text)) said.push({ role: "tool", content: correction(turn.finish_reason) });
  return said;
}

/** Writes what was said in the form in which the agent answers and calls tools. */
function toMessage({ role, content }: Said): Message {
  if (role === "assistant")
    return actionMessage(renderActionContinuation({ tool_name: FINAL_ANSWER, input: content }));
  return toPlainMessage({ role, content });
}

function toPlainMessage({ role, content }: Said): Message {
  return role === "action" ? actionMessage(content) : { role, content };
}

function actionMessage(continuation: string): Message {
  return { role: "assistant", content: ACTION_PRIMER + continuation + ACTION_CLOSING };
}

/** The message in place of an observation if a turn was not an action. */
function correction(finishReason: "stop" | "length" | "context"): string {
  return finishReason === "length"
    ? "Error: your reply was cut off because it was too long. Reply again with a shorter input."
    : 'Error: your reply was not a JSON object with exactly the keys "tool_name" and "input".';
}
