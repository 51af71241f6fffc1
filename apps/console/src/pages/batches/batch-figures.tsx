import { type BatchView, isTerminal } from "@bullpen/client";
import { Figures } from "../../ui/figures.js";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatRate,
  formatShare,
  formatShort,
} from "../../ui/format.js";
import { useNow } from "../../ui/time.js";

/** What a batch has done, how fast, what it costs and when it ends. */
export function BatchFigures({ batch }: { readonly batch: BatchView }) {
  const now = useNow(1_000);
  const { request_counts: counts, usage, bullpen: pace } = batch;
  const ended = counts.completed + counts.failed;
  const time = timeOf(batch, now);
  return (
    <Figures
      items={[
        {
          label: "Lines ended",
          value: formatCount(ended),
          note: `of ${formatCount(counts.total)} · ${formatShare(ended, counts.total)}`,
        },
        { label: "Failed", value: formatCount(counts.failed) },
        { label: "Lines a second", value: rateOf(batch, pace.lines_per_second, now) },
        time,
        {
          label: "Tokens read",
          value: formatShort(usage.input_tokens),
          note: `${formatShare(usage.input_tokens_details.cached_tokens, usage.input_tokens)} cached`,
        },
        { label: "Tokens written", value: formatShort(usage.output_tokens) },
        ...(pace.cost === null ? [] : [{ label: "Cost", value: formatCost(pace.cost) }]),
      ]}
    />
  );
}

/** The pace while it runs, the average once it has ended. */
function rateOf(batch: BatchView, pace: number | null, now: number): string {
  if (pace !== null) return formatRate(pace);
  const { completed, failed } = batch.request_counts;
  const seconds = secondsOf(batch, now);
  return seconds === undefined || completed + failed === 0
    ? "–"
    : formatRate((completed + failed) / Math.max(seconds, 1));
}

function timeOf(batch: BatchView, now: number): { label: string; value: string; note?: string } {
  const seconds = secondsOf(batch, now);
  if (isTerminal(batch.status)) {
    return { label: "Took", value: seconds === undefined ? "–" : wholeSeconds(seconds) };
  }
  const left = batch.bullpen.seconds_left;
  if (left === null) return { label: "Ends in", value: "–" };
  const at = new Date(now + left * 1_000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return { label: "Ends in", value: left > 0 ? formatDuration(left * 1_000) : "a moment", note: `at ${at}` };
}

/** Batches tell their times in whole seconds. */
function wholeSeconds(seconds: number): string {
  return seconds === 0 ? "< 1 s" : formatDuration(seconds * 1_000);
}

/** From its start to its end, or to now. */
function secondsOf(batch: BatchView, now: number): number | undefined {
  const { in_progress_at: begun, completed_at, cancelled_at, expired_at } = batch;
  if (begun === null) return undefined;
  return (completed_at ?? cancelled_at ?? expired_at ?? Math.floor(now / 1_000)) - begun;
}
