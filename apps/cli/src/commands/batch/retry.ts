import { Command } from "commander";
import { ATTEMPTS, openSession, type SessionOptions } from "../../batch/session.js";
import { waitForBatch } from "../../batch/wait-for-batch.js";
import { connectionOptions, EXIT_CODES, examples } from "../help.js";
import { eachValue } from "../option-values.js";

interface RetryOptions extends SessionOptions {
  readonly code?: readonly string[];
  readonly inPlace?: boolean;
  readonly watch?: boolean;
}

/** `bullpen batch retry <id>` */
export function batchRetryCommand(): Command {
  return connectionOptions(
    new Command("retry")
      .description("run the failed lines of a batch that has ended again")
      .argument("<id>", "a batch")
      .option("--code <code>", "only lines that failed with this code; may come again", eachValue)
      .option("--in-place", "in this batch, which gets new files, rather than in a new one")
      .option("--watch", "show how far it is until it ends"),
  )
    .addHelpText(
      "after",
      `${EXIT_CODES}\n${examples(
        ["batch retry batch_…", "prints the id of a new batch of the failed lines"],
        [
          "batch retry batch_… --code batch_expired --in-place",
          "goes on with the lines that did not run in time",
        ],
      )}`,
    )
    .action(retryBatch);
}

/** Prints the id of the batch that runs the lines on standard output, all else on standard error. */
async function retryBatch(id: string, { code, inPlace, watch, ...options }: RetryOptions): Promise<void> {
  const session = await openSession(options, watch ? undefined : ATTEMPTS);
  const batch = await session.client.batches.retry(id, {
    ...(code && { codes: [...code] }),
    ...(inPlace && { in_place: true }),
  });
  console.log(batch.id);
  if (watch) await waitForBatch(session, batch.id, {});
  else session.progress.say(session.comeBack(batch.id).describe());
}
