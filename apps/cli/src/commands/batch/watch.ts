import { Command } from "commander";
import { openSession, type SessionOptions } from "../../batch/session.js";
import { waitForBatch } from "../../batch/wait-for-batch.js";
import { formatJson } from "../../output/format-json.js";
import { connectionOptions, EXIT_CODES, examples } from "../help.js";

interface BatchWatchOptions extends SessionOptions {
  readonly json?: boolean;
}

/** `bullpen batch watch <id>` */
export function batchWatchCommand(): Command {
  return connectionOptions(
    new Command("watch")
      .description("show how far a batch is until it ends, and end as it did")
      .argument("<id>", "a batch")
      .option("--json", "print the batch at its end as JSON"),
  )
    .addHelpText(
      "after",
      `${EXIT_CODES}\n${examples(["batch watch batch_…", "shows the progress until the end"])}`,
    )
    .action(watchBatch);
}

async function watchBatch(id: string, options: BatchWatchOptions): Promise<void> {
  const ended = await waitForBatch(await openSession(options), id, {});
  if (ended && options.json) console.log(formatJson(ended));
}
