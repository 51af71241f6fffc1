import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { ATTEMPTS, openSession, type SessionOptions } from "../../batch/session.js";
import { describeTable } from "../../output/describe-batch.js";
import { formatJson } from "../../output/format-json.js";
import { connectionOptions, examples } from "../help.js";
import { wholeNumber } from "../option-values.js";

export interface ListBatchesOptions extends SessionOptions {
  readonly limit: number;
  readonly json?: boolean;
}

/** Batches that are listed where nothing is said: a screenful. */
export const DEFAULT_LISTED = 20;
/** The longest page that the api gives. */
const MAX_LISTED = 100;

/** `bullpen batch list` */
export function batchListCommand(): Command {
  return connectionOptions(
    new Command("list")
      .description("the newest batches")
      .option("--limit <count>", `how many, ${MAX_LISTED} at most`, wholeNumber, DEFAULT_LISTED)
      .option("--json", "print JSON"),
  )
    .addHelpText("after", examples(["batch list --limit 5", "a table of the five newest batches"]))
    .action(listBatches);
}

export async function listBatches(options: ListBatchesOptions): Promise<void> {
  if (options.limit > MAX_LISTED) throw new StartupError(`--limit can be ${MAX_LISTED} at most.`);
  const { client } = await openSession(options, ATTEMPTS);
  const { data, has_more } = await client.batches.list({ limit: options.limit });
  if (options.json) console.log(formatJson(data));
  else if (data.length === 0)
    console.log("There are no batches yet. Submit one: npx bullpen batch submit <file>");
  else console.log(describeTable(data) + (has_more ? "\nThere are more: --limit" : ""));
}
