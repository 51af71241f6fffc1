import type { TranscriptView } from "@bullpen/client";
import { Fragment } from "preact";
import { TimeLegend } from "./time-bar.js";
import { TurnCard } from "./turn-card.js";

interface TimelineProps {
  readonly transcript: TranscriptView;
  /** Until when the query took its time: its end, or now. Unix milliseconds. */
  readonly until: number;
}

/** All turns of a query with their tool calls, in order: what each said, when, for how long and where. */
export function Timeline({ transcript, until }: TimelineProps) {
  const { id, turns, created_at, answer } = transcript;
  const span = { from: created_at, to: until };
  const runs = (turns.at(-1)?.run ?? 0) + 1;
  return (
    <>
      <TimeLegend />
      <ol class="steps">
        {turns.map((turn, i) => (
          <Fragment key={turn.index}>
            {runs > 1 && turn.run !== turns[i - 1]?.run && (
              <li>
                <h3>Run {turn.run + 1}</h3>
              </li>
            )}
            <li>
              <TurnCard
                queryId={id}
                turn={turn}
                span={span}
                isAnswer={answer !== null && i === turns.length - 1 && runs === 1}
              />
            </li>
          </Fragment>
        ))}
      </ol>
    </>
  );
}
