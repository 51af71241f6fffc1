import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { ATTEMPTS, openSession, type SessionOptions } from "../../batch/session.js";
import { waitForBatch } from "../../batch/wait-for-batch.js";
import { describeFully } from "../../output/describe-batch.js";
import { formatJson } from "../../output/format-json.js";
import { connectionOptions, EXIT_CODES, examples } from "../help.js";
import { DEFAULT_LISTED, listBatches } from "./list.js";

interface BatchStatusOptions extends SessionOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `bullpen batch status [id]` */
export function batchStatusCommand(): Command {
  return connectionOptions(
    new Command("status")
      .description("the state of a batch; without an id, the newest ones")
      .argument("[id]", "a batch")
      .option("--watch", "show how far it is until it ends")
      .option("--json", "print JSON"),
  )
    .addHelpText(
      "after",
      `${EXIT_CODES}\n${examples(["batch status batch_… --watch", "shows the progress until the end"])}`,
    )
    .action(showBatch);
}

async function showBatch(id: string | undefined, options: BatchStatusOptions): Promise<void> {
  if (id === undefined) {
    if (options.watch)
      throw new StartupError("--watch needs the id of a batch; `bullpen batch list` shows them.");
    return listBatches({ ...options, limit: DEFAULT_LISTED });
  }
  if (options.watch) {
    const ended = await waitForBatch(await openSession(options), id, {});
    if (ended && options.json) console.log(formatJson(ended));
    return;
  }
  const { client } = await openSession(options, ATTEMPTS);
  const batch = await client.batches.get(id);
  console.log(options.json ? formatJson(batch) : describeFully(batch));
}
