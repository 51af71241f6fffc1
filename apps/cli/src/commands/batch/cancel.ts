import { isTerminal } from "@bullpen/client";
import { Command } from "commander";
import { ATTEMPTS, openSession, type SessionOptions } from "../../batch/session.js";
import { describeEnd } from "../../output/describe-batch.js";
import { connectionOptions, examples } from "../help.js";

/** `bullpen batch cancel <id>` */
export function batchCancelCommand(): Command {
  return connectionOptions(
    new Command("cancel").description("end a batch; what was answered is kept").argument("<id>", "a batch"),
  )
    .addHelpText("after", examples(["batch cancel batch_…", "ends the batch within seconds"]))
    .action(cancelBatch);
}

async function cancelBatch(id: string, options: SessionOptions): Promise<void> {
  const { client, comeBack } = await openSession(options, ATTEMPTS);
  const batch = await client.batches.cancel(id);
  if (isTerminal(batch.status)) console.log(describeEnd(batch));
  else console.log(`${id} is being cancelled; what was answered is kept. See ${comeBack(id).watch}`);
}
