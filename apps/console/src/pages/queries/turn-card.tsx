import { visibleText } from "@bullpen/base";
import type { TranscriptTurn } from "@bullpen/client";
import { formatCount, formatDuration, formatShare } from "../../ui/format.js";
import { Text } from "../../ui/text.js";
import { ExactPrompt } from "./exact-prompt.js";
import { GUARDS } from "./guards.js";
import { type Span, TimeBar } from "./time-bar.js";

interface TurnCardProps {
  readonly queryId: string;
  readonly turn: TranscriptTurn;
  readonly span: Span;
  /** Whether the turn's text is the answer of the query, which the page shows by itself. */
  readonly isAnswer: boolean;
}

/** One turn: where its time went, what the model wrote, and what the tool answered. */
export function TurnCard({ queryId, turn, span, isAnswer }: TurnCardProps) {
  const { index, tool_name, input, text, observation, started_at } = turn;
  return (
    <div class="step">
      <h3>
        Turn {index + 1}
        {started_at !== null && (
          <span class="muted">+{formatDuration(Math.max(started_at - span.from, 0))}</span>
        )}
        <Notes turn={turn} />
      </h3>
      <TimeBar turn={turn} span={span} />
      <Facts facts={factsOf(turn)} />
      {tool_name === null ? (
        isAnswer ? (
          <p class="muted">Gave the answer.</p>
        ) : (
          <Text code text={text} />
        )
      ) : (
        <>
          <h4>
            Calls <bdi>{visibleText(tool_name)}</bdi>
            {observation === null && <span class="status waiting">has no result yet</span>}
            {observation?.is_error && <span class="status bad">error</span>}
          </h4>
          <Text code text={typeof input === "string" ? input : JSON.stringify(input, undefined, 2)} />
        </>
      )}
      {observation && <Observation observation={observation} />}
      <ExactPrompt queryId={queryId} index={index} />
    </div>
  );
}

/** What was not as usual with a turn. */
function Notes({ turn: { retries, finish_reason, forced_by } }: Pick<TurnCardProps, "turn">) {
  return (
    <>
      {retries !== null && retries > 0 && (
        <span
          class="status warning"
          title="A worker had taken the query for this turn before, and died, stopped or lost Redis."
        >
          {countOf(retries, "retry", "retries")}
        </span>
      )}
      {finish_reason !== "stop" && (
        <span class="status warning">
          {finish_reason === "length" ? "cut off by max_tokens" : "the context was full"}
        </span>
      )}
      {forced_by !== null && <span class="status waiting">had to be the answer: {forced_by}</span>}
    </>
  );
}

function Observation({ observation }: { readonly observation: NonNullable<TranscriptTurn["observation"]> }) {
  const { text, is_error, guard, attempts } = observation;
  const again = attempts === null ? 0 : attempts - 1;
  return (
    <div class={is_error ? "observation bad" : "observation"}>
      {guard === null ? (
        <>
          <Facts facts={callFactsOf(observation)} />
          {again > 0 && (
            <p class="status warning">
              {countOf(again, "retry", "retries")}: a tool-worker had taken the call before, and it broke.
            </p>
          )}
        </>
      ) : (
        <p class="status waiting">Guard: {GUARDS[guard]}</p>
      )}
      <Text text={text} />
    </div>
  );
}

function Facts({ facts }: { readonly facts: readonly (string | false)[] }) {
  return (
    <p class="facts">
      {facts
        .filter((fact) => fact !== false)
        .map((fact) => (
          <span key={fact}>{visibleText(fact)}</span>
        ))}
    </p>
  );
}

function factsOf(turn: TranscriptTurn): (string | false)[] {
  const { usage, waiting_ms, prompt_ms, generation_ms, duration_ms, worker } = turn;
  const isTold = prompt_ms !== null && generation_ms !== null;
  return [
    waiting_ms !== null && `waited ${formatDuration(waiting_ms)}`,
    isTold && `prompt ${formatDuration(prompt_ms)}`,
    isTold ? `generation ${formatDuration(generation_ms)}` : `took ${formatDuration(duration_ms)}`,
    `${formatCount(usage.prompt_tokens)} tokens read, ${formatShare(usage.cached_tokens, usage.prompt_tokens)} cached`,
    `${formatCount(usage.completion_tokens)} written`,
    worker !== null && `worker ${worker}`,
  ];
}

function callFactsOf({
  waiting_ms,
  duration_ms,
  worker,
}: NonNullable<TranscriptTurn["observation"]>): (string | false)[] {
  return [
    waiting_ms !== null && `waited ${formatDuration(waiting_ms)}`,
    `ran ${formatDuration(duration_ms)}`,
    worker !== null && `tool-worker ${worker}`,
  ];
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
