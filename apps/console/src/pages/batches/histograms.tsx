import { type BatchView, isTerminal } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { BarChart } from "../../ui/bar-chart.js";
import { formatCount, formatDuration } from "../../ui/format.js";
import { Loaded, Section } from "../../ui/page.js";

const POLL_MS = 10_000;

/** How many turns and how much time the lines of a batch took. */
export function Histograms({ batch: { id, status, request_counts } }: { readonly batch: BatchView }) {
  const hasEnded = isTerminal(status);
  const histograms = useResource(
    // Lines that are run again in place change what is known of a batch that has ended.
    `histograms ${id} ${hasEnded} ${hasEnded ? request_counts.completed : ""}`,
    (signal) => client.batches.histograms(id, { signal }),
    { pollMs: () => (hasEnded ? undefined : POLL_MS) },
  );
  return (
    <Loaded resource={histograms}>
      {({ counted, turns, tool_calls, duration }) =>
        turns.length > 0 && (
          <Section
            title="Turns, tool calls and time"
            note={
              <>
                {counted < request_counts.total && `the first ${formatCount(counted)} lines, `}
                {duration.median_ms !== null && `half of them within ${formatDuration(duration.median_ms)}`}
                {duration.p95_ms !== null && `, 95 % within ${formatDuration(duration.p95_ms)}`}
              </>
            }
          >
            <div class="charts">
              <Bars name="Lines by turns" bars={turns.map((row) => [String(row.turns), row.lines])} />
              <Bars
                name="Lines by tool calls"
                bars={tool_calls.map((row) => [String(row.tool_calls), row.lines])}
              />
              <Bars
                name="Lines by time"
                bars={duration.buckets.map((row) => [`≤ ${formatDuration(row.up_to_ms)}`, row.lines])}
              />
            </div>
          </Section>
        )
      }
    </Loaded>
  );
}

interface BarsProps {
  readonly name: string;
  readonly bars: readonly (readonly [name: string, lines: number])[];
}

function Bars({ name, bars }: BarsProps) {
  return (
    <div class="card">
      <BarChart
        label={name}
        series={[{ name, tone: "first" }]}
        bars={bars.map(([bar, lines]) => ({ name: bar, values: [lines] }))}
      />
    </div>
  );
}
