import type { BatchView } from "@bullpen/protocol";
import { formatCost, formatCount, formatLines, formatRate, formatSeconds } from "./format.js";
import type { Step } from "./progress.js";
import { flatText, formatFacts, formatTable } from "./table.js";

/** Errors of an input that are printed; `--json` has all. */
const MAX_ERRORS = 20;

/** A batch that has not ended, as progress. */
export function stepOf(batch: BatchView): Step {
  const { total, completed, failed } = batch.request_counts;
  const ended = completed + failed;
  if (batch.status === "validating") return { fraction: undefined, text: "validating the input" };
  if (batch.status === "finalizing") return { fraction: 1, text: "putting the files together" };
  if (total === 0) return { fraction: undefined, text: "cancelling" };
  const held = holdOf(batch);
  const text = held === undefined ? progressText(batch) : `${held}, ${progressText(batch)}`;
  return { fraction: ended / total, text: batch.status === "cancelling" ? `cancelling, ${text}` : text };
}

/** `4,500/10,000 lines, 12 failed, 40 lines/s, 2 min left` */
function progressText(batch: BatchView): string {
  const { total, completed, failed } = batch.request_counts;
  const parts = [`${formatCount(completed + failed)}/${formatLines(total)}`];
  if (failed > 0) parts.push(`${formatCount(failed)} failed`);
  const { lines_per_second, seconds_left } = batch.bullpen;
  if (lines_per_second !== null && seconds_left !== null && batch.status !== "cancelling") {
    parts.push(`${formatRate(lines_per_second)} lines/s`, `${formatSeconds(seconds_left)} left`);
  }
  return parts.join(", ");
}

/** Why no line of a batch begins. */
function holdOf({ bullpen }: BatchView): string | undefined {
  if (bullpen.paused_at !== null) return "paused";
  return bullpen.budget_exhausted_at === null
    ? undefined
    : "budget used (raise it: bullpen batch set … --max-total-tokens)";
}

/** A batch that will not be done in its window, at its creation. */
export function describeLate({ bullpen, created_at, completion_window }: BatchView): string {
  const takes = formatSeconds((bullpen.expected_end_at ?? created_at) - created_at);
  return `At the pace of your latest batch it takes ${takes}, longer than its window of ${completion_window}: lines without an answer by then fail with batch_expired. A longer one: --window, up to 14d.`;
}

/** A batch on one line. */
export function describeShortly(batch: BatchView): string {
  return `${batch.id} ${describeStatus(batch)}`;
}

/** Its status, and how far it is while its lines are worked on. */
function describeStatus(batch: BatchView): string {
  const { status, request_counts } = batch;
  const held = holdOf(batch);
  if (held !== undefined) return `${held}, ${progressText(batch)}`;
  const isWorkedOn = request_counts.total > 0 && (status === "in_progress" || status === "cancelling");
  return isWorkedOn ? `${status}, ${progressText(batch)}` : status;
}

/** How a batch ended. */
export function describeEnd(batch: BatchView): string {
  const { completed, failed } = batch.request_counts;
  const endedAt = batch.completed_at ?? batch.failed_at ?? batch.expired_at ?? batch.cancelled_at;
  const time = endedAt === null ? "" : ` after ${formatSeconds(endedAt - batch.created_at)}`;
  if (batch.status === "failed") return `${batch.id}: the input was refused.\n${describeErrors(batch)}`;
  return `${batch.id} ${batch.status}${time}: ${formatCount(completed)} answered, ${formatCount(failed)} failed`;
}

/** What is wrong with an input that was refused. */
function describeErrors({ errors }: BatchView): string {
  const lines = (errors?.data ?? []).map(
    ({ line, message }) => `  ${line === null ? "" : `line ${line}: `}${flatText(message)}`,
  );
  const more = lines.length - MAX_ERRORS;
  return [...lines.slice(0, MAX_ERRORS), ...(more > 0 ? [`  and ${more} more`] : [])].join("\n");
}

/** All that a user wants to know of a batch, a row each. */
export function describeFully(batch: BatchView): string {
  const { total, completed, failed } = batch.request_counts;
  const { input_tokens, output_tokens } = batch.usage;
  const { max_total_tokens } = batch.bullpen;
  const metadata = Object.entries(batch.metadata ?? {}).map(([key, value]) => `${key}=${value}`);
  const rows: [string, string | null][] = [
    ["status", describeStatus(batch)],
    [
      "lines",
      total === 0
        ? null
        : `${formatCount(total)}: ${formatCount(completed)} answered, ${formatCount(failed)} failed`,
    ],
    ["model", batch.model],
    ["tokens", total === 0 ? null : `${formatCount(input_tokens)} in, ${formatCount(output_tokens)} out`],
    ["priority", String(batch.bullpen.priority)],
    ["budget", max_total_tokens === null ? null : `${formatCount(max_total_tokens)} tokens`],
    ["retry of", batch.bullpen.retry_of],
    ["cost", formatCost(batch.bullpen.cost)],
    ["created", localTime(batch.created_at)],
    ["metadata", metadata.join(", ") || null],
    ["input", batch.input_file_id],
    ["output", batch.output_file_id],
    ["errors", batch.error_file_id],
  ];
  const problems = batch.status === "failed" ? [describeErrors(batch)] : [];
  return [batch.id, ...formatFacts(rows), ...problems].join("\n");
}

/** Batches as a table, a line each. */
export function describeTable(batches: readonly BatchView[]): string {
  const header = ["batch", "status", "lines", "failed", "left", "created"];
  const rows = batches.map((batch) => {
    const { total, completed, failed } = batch.request_counts;
    const left = batch.bullpen.seconds_left === null ? "" : formatSeconds(batch.bullpen.seconds_left);
    const lines = total === 0 ? "" : `${formatCount(completed + failed)}/${formatCount(total)}`;
    return [
      batch.id,
      batch.status,
      lines,
      failed > 0 ? formatCount(failed) : "",
      left,
      localTime(batch.created_at),
    ];
  });
  return formatTable([header, ...rows]);
}

/** `2026-11-24 08:30:00` where the user is. */
function localTime(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleString("sv-SE");
}
