import { isTerminal } from "@bullpen/client";
import { Command } from "commander";
import { ATTEMPTS, openSession, type SessionOptions } from "../../batch/session.js";
import { describeEnd } from "../../output/describe-batch.js";
import { examples, KEY_FILE_OPTION, URL_OPTION } from "../help.js";

/** `bullpen batch cancel <id>` */
export function batchCancelCommand(): Command {
  return new Command("cancel")
    .description("end a batch; what was answered is kept")
    .argument("<id>", "a batch")
    .option(...URL_OPTION)
    .option(...KEY_FILE_OPTION)
    .addHelpText("after", examples(["batch cancel batch_…", "ends the batch within seconds"]))
    .action(cancelBatch);
}

async function cancelBatch(id: string, options: SessionOptions): Promise<void> {
  const { client, comeBack } = await openSession(options, ATTEMPTS);
  const batch = await client.batches.cancel(id);
  if (isTerminal(batch.status)) console.log(describeEnd(batch));
  else console.log(`${id} is being cancelled; what was answered is kept. See ${comeBack(id).watch}`);
}
