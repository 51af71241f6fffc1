import { isTerminal } from "@bullpen/client";
import { StartupError } from "@bullpen/runtime";
import { Command, InvalidArgumentError, Option } from "commander";
import { describeEnd, describeFully, describeTable } from "../batch/describe-batch.js";
import { fetchResults } from "../batch/fetch-results.js";
import { openSession, type SessionOptions } from "../batch/session.js";
import { submitBatch } from "../batch/submit-batch.js";
import { waitForBatch } from "../batch/wait-for-batch.js";
import { FORMATS } from "../input/open-input.js";

/** Tries of a command that does not wait, while the api is away. */
const ATTEMPTS = 6;
const DEFAULT_LISTED = 20;
/** Most batches in one page of the list. */
const MAX_LISTED = 100;

const EXIT_CODES = `
Exit codes: 0 all lines were answered, or the command did what it was asked; 1 an error, or the batch was
refused, cancelled or expired; 3 the batch completed and some of its lines failed; 130 after Ctrl-C.`;

const FORMATS_HELP = `
Files, told apart by their ends or --format, read from standard input with \`-\`:
  jsonl  requests in the OpenAI batch form, or objects with \`query\` and, as you like, \`system\`,
         \`custom_id\` and the fields of POST /v1/queries
  csv    a header and a question a row, in the column \`query\` or \`question\`; optional columns
         \`custom_id\`, \`system\`, \`model\`; others are left out; between commas, tabs or semicolons
  tsv    the same, between tabs
  text   a question a line
A question without a custom_id is called line-<number of its line>.`;

/** `bullpen batch …` */
export function batchCommand(urlOption: readonly [string, string]): Command {
  const batch = new Command("batch").description("submit files of questions and get their results");
  batch
    .command("submit")
    .description("submit a file of questions as a batch")
    .argument("<file>", "the file, or - for standard input")
    .addOption(
      new Option("--format <format>", "what the file holds (default: as its name ends)").choices(FORMATS),
    )
    .option("--column <name>", "the CSV column that holds the questions (default: query or question)")
    .option("--model <name>", "the model of questions that name none")
    .option("--tools <names>", "the tools of questions that name none, such as Calculator,Search, or none")
    .option("--max-steps <count>", "the most turns of questions that say nothing", wholeNumber)
    .option("--metadata <key=value>", "a note to keep with the batch; may come again", keyValue)
    .option("--watch", "show how far it is until it ends")
    .option("-o, --output <file>", "wait, and write the results as they come; - for standard output")
    .option("--json", "print the batch as JSON")
    .option(...urlOption)
    .addHelpText("after", `${FORMATS_HELP}\n${EXIT_CODES}`)
    .action(submitBatch);
  batch
    .command("status")
    .description("how a batch stands; without an id, the newest ones")
    .argument("[id]", "a batch")
    .option("--watch", "show how far it is until it ends")
    .option("--json", "print JSON")
    .option(...urlOption)
    .addHelpText("after", EXIT_CODES)
    .action(showStatus);
  batch
    .command("results")
    .description("the results that stand so far, in the order of the input, failed lines among them")
    .argument("<id>", "a batch")
    .option("-o, --output <file>", "where they go (default: standard output)")
    .option("--follow", "go on until the batch ends")
    .addOption(new Option("--errors", "failed lines only").conflicts("resume"))
    .option("--resume", "go on behind what the file holds already")
    .option(...urlOption)
    .addHelpText("after", EXIT_CODES)
    .action(fetchResults);
  batch
    .command("cancel")
    .description("end a batch; what was answered is kept")
    .argument("<id>", "a batch")
    .option(...urlOption)
    .action(cancelBatch);
  batch
    .command("list")
    .description("the newest batches")
    .option("--limit <count>", `how many, ${MAX_LISTED} at most`, wholeNumber, DEFAULT_LISTED)
    .option("--json", "print JSON")
    .option(...urlOption)
    .action(listBatches);
  return batch;
}

interface StatusOptions extends SessionOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

async function showStatus(id: string | undefined, options: StatusOptions): Promise<void> {
  if (id === undefined) {
    if (options.watch)
      throw new StartupError("--watch needs the id of a batch; `bullpen batch list` shows them.");
    return listBatches({ ...options, limit: DEFAULT_LISTED });
  }
  if (options.watch) {
    const ended = await waitForBatch(await openSession(options), id, {});
    if (ended && options.json) console.log(JSON.stringify(ended, null, 2));
    return;
  }
  const { client } = await openSession(options, ATTEMPTS);
  const batch = await client.batches.get(id);
  console.log(options.json ? JSON.stringify(batch, null, 2) : describeFully(batch));
}

async function cancelBatch(id: string, options: SessionOptions): Promise<void> {
  const { client, comeBack } = await openSession(options, ATTEMPTS);
  const batch = await client.batches.cancel(id);
  if (isTerminal(batch.status)) console.log(describeEnd(batch));
  else console.log(`${id} is being cancelled; what was answered is kept. See ${comeBack(id).watch}`);
}

async function listBatches(options: SessionOptions & { limit: number; json?: boolean }): Promise<void> {
  if (options.limit > MAX_LISTED) throw new StartupError(`--limit can be ${MAX_LISTED} at most.`);
  const { client } = await openSession(options, ATTEMPTS);
  const { data, has_more } = await client.batches.list({ limit: options.limit });
  if (options.json) console.log(JSON.stringify(data, null, 2));
  else if (data.length === 0)
    console.log("There are no batches yet. Submit one: npx bullpen batch submit <file>");
  else console.log(describeTable(data) + (has_more ? "\nThere are more: --limit" : ""));
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return number;
}

function keyValue(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be key=value.");
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}
