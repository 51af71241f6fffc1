import type { TranscriptTurn } from "@bullpen/client";
import { formatDuration } from "../../ui/format.js";
import { partsOf } from "./turn-times.js";

/** Units of the drawing, which is stretched to the width of its place. */
const WIDTH = 1_000;
/** No part is narrower: what took a millisecond of a minute can be seen too. */
const NARROWEST = 3;

/** When a query began and when it ended, or now. */
export interface Span {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** Where the time of one turn went, within the whole of its query's. */
export function TimeBar({ turn, span }: { readonly turn: TranscriptTurn; readonly span: Span }) {
  const parts = partsOf(turn);
  if (parts.length === 0) return null;
  const total = Math.max(span.to - span.from, 1);
  const xOf = (at: number) => (Math.min(Math.max(at - span.from, 0), total) / total) * WIDTH;
  const label = parts.map(({ name, from, to }) => `${name} ${formatDuration(to - from)}`).join(", ");
  return (
    <svg class="times" role="img" aria-label={label} viewBox={`0 0 ${WIDTH} 1`} preserveAspectRatio="none">
      {parts.map(({ name, from, to }) => {
        const width = Math.max(xOf(to) - xOf(from), NARROWEST);
        return (
          <rect
            key={`${name} ${from}`}
            class={name}
            x={Math.min(xOf(from), WIDTH - width)}
            y="0"
            width={width}
            height="1"
          >
            <title>{`${name}: ${formatDuration(to - from)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

/** What the colours of {@link TimeBar} mean. */
export function TimeLegend() {
  return (
    <div class="legend">
      <span class="time-waiting">Waiting</span>
      <span class="time-prompt">Prompt</span>
      <span class="time-generation">Generation</span>
      <span class="time-tool">Tool</span>
    </div>
  );
}
