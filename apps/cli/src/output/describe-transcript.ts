import { visibleText } from "@bullpen/base";
import { inputText } from "@bullpen/contracts";
import type { TranscriptTurn, TranscriptView } from "@bullpen/protocol";
import { formatCount, formatMilliseconds } from "./format.js";

type Observation = NonNullable<TranscriptTurn["observation"]>;

/** Characters of a text that are shown; `--json` has all. */
const MAX_SHOWN = 1_000;

/** Columns before what is said: those of `+12.3 s`. */
const INDENT = " ".repeat(10);

/** A query's turns and tool calls in order, each with when it began, how long it took and where. */
export function describeTranscript(transcript: TranscriptView): string[] {
  return [
    describeHead(transcript),
    `Q ${shown(transcript.query)}`,
    ...transcript.turns.flatMap((turn) => describeTurn(turn, transcript)),
    ...(transcript.answer === null ? [] : [`A ${visibleText(transcript.answer.trim())}`]),
    ...(transcript.error === null
      ? []
      : [`failed ${visibleText(transcript.error.message)} (${transcript.error.code})`]),
    describeTimes(transcript),
  ];
}

function describeHead({ id, status, model, created_at, finished_at, retries }: TranscriptView): string {
  const took = finished_at === null ? "" : ` after ${formatMilliseconds(finished_at - created_at)}`;
  return `${id} ${status.replaceAll("_", " ")}${took}: ${visibleText(model)}${describeRetries(retries)}`;
}

function describeTurn(turn: TranscriptTurn, { created_at, turns, answer }: TranscriptView): string[] {
  const isVote = (turns.at(-1)?.run ?? 0) > 0;
  const { usage, prompt_ms, generation_ms, observation } = turn;
  const parts =
    prompt_ms === null || generation_ms === null
      ? ""
      : ` (prompt ${formatMilliseconds(prompt_ms)}, generation ${formatMilliseconds(generation_ms)})`;
  const facts = [
    `${formatMilliseconds(turn.duration_ms)}${parts}`,
    describeWait(turn.waiting_ms),
    `${formatCount(usage.prompt_tokens)} tokens in${describeCached(usage)}, ${formatCount(usage.completion_tokens)} out`,
    turn.finish_reason === "stop" ? "" : `ended by ${turn.finish_reason}`,
    turn.forced_by === null ? "" : `held to the answer by ${turn.forced_by}`,
    turn.worker ?? "",
  ];
  return [
    ...(turn.prompt?.messages ?? []).flatMap(({ role, content }) =>
      indented(`[${role}] ${visibleText(content)}`),
    ),
    ...(turn.prompt && turn.prompt.primer !== ""
      ? indented(`[primer] ${visibleText(turn.prompt.primer)}`)
      : []),
    `${since(turn.started_at, created_at)}turn ${turn.index + 1}${isVote ? ` of run ${turn.run + 1}` : ""}: ${list(facts)}${describeRetries(turn.retries)}`,
    ...describeAction(turn, answer !== null && turn === turns.at(-1)),
    ...(observation ? describeObservation(turn, observation, created_at) : []),
  ];
}

/** What a turn said; of the answer nothing, which follows the turns. */
function describeAction({ tool_name, input, text }: TranscriptTurn, isAnswer: boolean): string[] {
  if (tool_name !== null) return indented(`${visibleText(tool_name)}: ${shown(inputText(input ?? ""))}`);
  return isAnswer ? [] : indented(shown(text));
}

function describeObservation(
  { tool_name }: TranscriptTurn,
  observation: Observation,
  createdAt: number,
): string[] {
  const { guard, attempts, is_error } = observation;
  const facts = [
    guard === null ? formatMilliseconds(observation.duration_ms) : `answered by a guard (${guard})`,
    describeWait(observation.waiting_ms),
    is_error ? "error" : "",
    observation.worker ?? "",
  ];
  const retries = attempts === null ? null : attempts - 1;
  return [
    `${since(observation.started_at, createdAt)}${visibleText(tool_name ?? "observation")}: ${list(facts)}${describeRetries(retries)}`,
    ...indented(`→ ${shown(observation.text)}`),
  ];
}

function describeTimes({ times }: TranscriptView): string {
  const parts = [
    ["waiting", times.waiting_ms],
    ["prompts", times.prompt_ms],
    ["generation", times.generation_ms],
    ["tools", times.tool_ms],
  ] as const;
  return parts.map(([name, ms]) => `${name} ${ms === null ? "?" : formatMilliseconds(ms)}`).join(", ");
}

/** `+1.2 s`, padded to the columns of {@link INDENT}. */
function since(time: number | null, createdAt: number): string {
  return (time === null ? "" : `+${formatMilliseconds(Math.max(time - createdAt, 0))}`).padEnd(INDENT.length);
}

function describeWait(ms: number | null): string {
  return ms === null ? "" : `waited ${formatMilliseconds(ms)}`;
}

function describeCached({ prompt_tokens, cached_tokens }: TranscriptTurn["usage"]): string {
  if (prompt_tokens === 0) return "";
  return ` (${Math.round((cached_tokens / prompt_tokens) * 100)} % cached)`;
}

function describeRetries(retries: number | null): string {
  if (!retries) return "";
  return `, ${retries} ${retries === 1 ? "retry" : "retries"}`;
}

function list(facts: readonly string[]): string {
  return facts.filter((fact) => fact !== "").join(", ");
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => INDENT + line);
}

/** A text whose control characters are visible, cut where it gets long. */
function shown(text: string): string {
  const trimmed = text.trim();
  return visibleText(trimmed.length > MAX_SHOWN ? `${trimmed.slice(0, MAX_SHOWN).toWellFormed()}…` : trimmed);
}
