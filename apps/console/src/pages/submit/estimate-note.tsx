import type { BatchEstimate } from "@bullpen/client";
import { Figures } from "../../ui/figures.js";
import { formatCost, formatCount, formatDuration, formatShort } from "../../ui/format.js";

/** What a batch of a file would probably use, with the interval that it is in with 95 %. */
export function EstimateNote({ estimate }: { readonly estimate: BatchEstimate }) {
  const { sample, input_tokens, output_tokens, seconds, cost } = estimate;
  const item = (label: string, interval: typeof seconds, format: (value: number) => string) => ({
    label,
    value: format(interval.estimate),
    note: `${format(interval.low)} to ${format(interval.high)}`,
  });
  const duration = (value: number) => formatDuration(value * 1_000);
  return (
    <div class="estimate" role="status">
      <Figures
        items={[
          item("Tokens read", input_tokens, formatShort),
          item("Tokens written", output_tokens, formatShort),
          item("Time", seconds, duration),
          ...(cost ? [item("Cost", cost, (amount) => formatCost({ amount, currency: cost.currency }))] : []),
        ]}
      />
      <p class="muted">
        By a sample of {formatCount(sample.lines)} lines that were run, {formatCount(sample.failed)} of which
        failed.
      </p>
    </div>
  );
}
