import type { RetryBatchesParameters } from "@bullpen/client";
import { StartupError } from "@bullpen/runtime";
import { Command, Option } from "commander";
import { ATTEMPTS, openSession, type Session, type SessionOptions } from "../../batch/session.js";
import { waitForBatch } from "../../batch/wait-for-batch.js";
import { describeShortly } from "../../output/describe-batch.js";
import { connectionOptions, EXIT_CODES, examples } from "../help.js";
import { duration, eachValue, keyValue, wholeNumber } from "../option-values.js";

interface RetryOptions extends SessionOptions {
  readonly code?: readonly string[];
  readonly inPlace?: boolean;
  readonly watch?: boolean;
  readonly all?: boolean;
  readonly status?: "completed" | "expired" | "cancelled";
  readonly since?: number;
  readonly until?: number;
  readonly metadata?: Record<string, string>;
  readonly atOnce?: number;
}

/** `bullpen batch retry <id>`, or with a filter in place of the id. */
export function batchRetryCommand(): Command {
  return connectionOptions(
    new Command("retry")
      .description("run the failed lines of batches that have ended again")
      .argument("[id]", "a batch; without it those that pass the options below")
      .option("--code <code>", "only lines that failed with this code; may come again", eachValue)
      .option("--in-place", "in the same batch, which gets new files, rather than in a new one")
      .option("--watch", "show how far it is until it ends")
      .option("--all", "all batches that have ended with failed lines")
      .addOption(
        new Option("--status <status>", "all that ended like this").choices([
          "completed",
          "expired",
          "cancelled",
        ]),
      )
      .option("--since <time>", "all that were created within this time, such as 7d or 12h", duration)
      .option("--until <time>", "all that were created longer ago than this", duration)
      .option("--metadata <key=value>", "all that have this note; may come again", keyValue)
      .option(
        "--at-once <count>",
        "wait for so many before the next begin (default: begin all)",
        wholeNumber,
      ),
  )
    .addHelpText(
      "after",
      `${EXIT_CODES}\n${examples(
        ["batch retry batch_…", "prints the id of a new batch of the failed lines"],
        [
          "batch retry batch_… --code batch_expired --in-place",
          "goes on with the lines that did not run in time",
        ],
        [
          "batch retry --status expired --since 7d --at-once 2",
          "of all that expired this week, two at a time",
        ],
      )}`,
    )
    .action((id: string | undefined, options: RetryOptions) =>
      id === undefined ? retryFiltered(options) : retryOne(id, options),
    );
}

/** Prints the id of the batch that runs the lines on standard output, all else on standard error. */
async function retryOne(id: string, options: RetryOptions): Promise<void> {
  if (isFiltered(options) || options.atOnce !== undefined)
    throw new StartupError("Name one batch by its id, or several by options, and not both.");
  const { code, inPlace, watch } = options;
  const session = await openSession(options, watch ? undefined : ATTEMPTS);
  const batch = await session.client.batches.retry(id, {
    ...(code && { codes: [...code] }),
    ...(inPlace && { in_place: true }),
  });
  console.log(batch.id);
  if (watch) await waitForBatch(session, batch.id, {});
  else session.progress.say(session.comeBack(batch.id).describe());
}

/** Prints a line for each batch that runs lines again. */
async function retryFiltered(options: RetryOptions): Promise<void> {
  if (!isFiltered(options))
    throw new StartupError(
      "Name a batch by its id, or batches by --status, --since, --until, --metadata or --all.",
    );
  const session = await openSession(options, ATTEMPTS);
  const request = requestOf(options);
  const explained = new Set<string>();
  let count = 0;
  let after: string | undefined;
  for (let hasMore = true; hasMore && !session.wasInterrupted(); ) {
    const { data, has_more, last_id, skipped } = await session.client.batches.retryAll({
      ...request,
      ...(after !== undefined && { after }),
    });
    hasMore = has_more && last_id !== null;
    after = last_id ?? undefined;
    count += data.length;
    for (const batch of data) console.log(describeShortly(batch));
    for (const { batch_id, message } of skipped) {
      if (!explained.has(batch_id)) session.progress.say(`${batch_id} was left out: ${message}`);
      explained.add(batch_id);
    }
    if (hasMore && options.atOnce !== undefined)
      await waitForAll(
        session,
        data.map(({ id }) => id),
      );
  }
  if (count === 0) console.log("No batch with failed lines passes the filter.");
}

async function waitForAll(session: Session, ids: readonly string[]): Promise<void> {
  for (const id of ids) await session.client.batches.wait(id);
}

function isFiltered({ all, status, since, until, metadata }: RetryOptions): boolean {
  return all === true || [status, since, until, metadata].some((value) => value !== undefined);
}

function requestOf({
  code,
  inPlace,
  atOnce,
  status,
  since,
  until,
  metadata,
}: RetryOptions): RetryBatchesParameters {
  const ago = (milliseconds: number) => Math.max(0, Math.floor((Date.now() - milliseconds) / 1_000));
  return {
    filter: {
      ...(status && { status }),
      ...(since !== undefined && { created_after: ago(since) }),
      ...(until !== undefined && { created_before: ago(until) }),
      ...(metadata && { metadata }),
    },
    ...(code && { codes: [...code] }),
    ...(inPlace && { in_place: true }),
    ...(atOnce !== undefined && { limit: Math.min(atOnce, 100) }),
  };
}
