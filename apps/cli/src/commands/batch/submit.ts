import { createReadStream } from "node:fs";
import { formatBytes } from "@bullpen/base";
import { type InputFormat, metadataSchema } from "@bullpen/contracts";
import type { BatchView } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { INTERRUPTED, openSession, type Session } from "../../batch/session.js";
import { waitForBatch } from "../../batch/wait-for-batch.js";
import type { ConnectionOptions } from "../../connect.js";
import { type Input, openInput, storedName } from "../../input/open-input.js";
import { type PreparedInput, prepareInput } from "../../input/prepare-input.js";
import { describeLate } from "../../output/describe-batch.js";
import { formatLines } from "../../output/format.js";
import { formatJson } from "../../output/format-json.js";
import type { Step } from "../../output/progress.js";
import { checkOutput, STDOUT } from "../../output/results-sink.js";
import { connectionOptions, EXIT_CODES, examples } from "../help.js";
import { type LineDefaults, lineDefaultOptions, toDefaults } from "../line-defaults.js";
import { keyValue, wholeNumber } from "../option-values.js";
import { questionFile } from "./question-file.js";

interface SubmitBatchOptions extends LineDefaults, ConnectionOptions {
  readonly format?: InputFormat;
  readonly column?: string;
  readonly metadata?: Record<string, string>;
  readonly priority?: number;
  readonly batchTokens?: number;
  readonly window?: string;
  readonly watch?: boolean;
  /** The older name of `--watch`. */
  readonly wait?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

const FORMATS_HELP = `
Files, told apart by their ends or --format, read from standard input with \`-\`:
  jsonl  requests in the OpenAI batch form, or objects with \`query\` and, as you like, \`system\`,
         \`custom_id\` and the fields of POST /v1/queries
  csv    a header and a question a row, in the column \`query\` or \`question\`; optional columns
         \`custom_id\`, \`system\`, \`model\`; others are left out; between commas, tabs or semicolons
  tsv    the same, between tabs
  parquet  a question a row, in columns as of csv
  text   a question a line
Each but parquet may be packed by gzip (questions.csv.gz).
A question without a custom_id is called line-<number of its line>.

s3://bucket/key and file:///path name files that the server reads and writes itself, at places that its operator
allows (BATCH_LOCATIONS): nothing is uploaded, and the results are written there at the end, as Parquet where the
name ends with .parquet, packed where it ends with .gz.`;

const EXAMPLES = examples(
  ["batch submit questions.csv --watch", "shows the progress until the end"],
  ["batch submit questions.txt -o results.jsonl", "writes the results as they come"],
  ["batch submit s3://data/q.parquet --column text -o s3://data/r.parquet", "reads and writes a bucket"],
  ["batch submit - --format jsonl --tools Calculator < queries.jsonl", "reads standard input"],
);

/** `bullpen batch submit <file>`, and `bullpen submit <file>`, which is the same. */
export function batchSubmitCommand(description = "submit a file of questions as a batch"): Command {
  const command = questionFile(new Command("submit").description(description));
  return connectionOptions(
    lineDefaultOptions(command)
      .option("--metadata <key=value>", "a note to keep with the batch; may come again", keyValue)
      .option(
        "--priority <weight>",
        "its weight among your batches, from 1 to 100 (default: 10)",
        wholeNumber,
      )
      .option("--batch-tokens <count>", "its budget: how many tokens all lines may use together", wholeNumber)
      .option("--window <time>", "how long it may take, from 1h to 14d (default: 24h)")
      .option("--watch", "show how far it is until it ends")
      .option("--wait", "the same as --watch")
      .option("-o, --output <file>", "wait, and write the results as they come; - for standard output")
      .option("--json", "print the batch as JSON"),
  )
    .addHelpText("after", `${FORMATS_HELP}\n${EXIT_CODES}\n${EXAMPLES}`)
    .action(submitBatch);
}

/** Prints the batch's id on standard output, all else on standard error. */
async function submitBatch(file: string, options: SubmitBatchOptions): Promise<void> {
  checkOptions(options);
  const input = isUri(file) ? checkUri(file, options) : await openInput(file, options.format);
  const output = isUri(options.output) ? undefined : options.output;
  if (output !== undefined) await checkOutput(output);
  const session = await openSession(options);
  const created = await createBatch(session, input, options);
  if (!created) return;
  if (created.bullpen.meets_window === false) session.progress.say(describeLate(created));
  const comeBack = session.comeBack(created.id);
  const waits = options.watch || options.wait || output !== undefined || session.wasInterrupted();
  if (output === STDOUT) session.progress.say(created.id);
  else if (!options.json) console.log(created.id);
  if (!waits) session.progress.say(comeBack.describe());
  const ended = waits
    ? await waitForBatch(session, created.id, output === undefined ? {} : { output })
    : undefined;
  const problem = ended?.bullpen.output_error;
  if (problem) session.progress.say(`The results are not where you wanted them: ${problem}`);
  if (options.json) console.log(formatJson(ended ?? created));
}

/** Checks and uploads the input and creates the batch; after Ctrl-C there is none. */
async function createBatch(
  session: Session,
  input: Input | string,
  options: SubmitBatchOptions,
): Promise<BatchView | undefined> {
  const { client, progress } = session;
  let prepared: PreparedInput | undefined;
  try {
    await client.batches.list({ limit: 1 }); // so that a file is not read for an api that is not there
    const { metadata = {}, votes, priority, batchTokens: max_total_tokens } = options;
    const bullpen = {
      votes,
      priority,
      max_total_tokens,
      ...(isUri(options.output) && { output_uri: options.output }),
    };
    const window = options.window === undefined ? {} : { completion_window: options.window };
    if (typeof input === "string") {
      const source = { input_uri: input, input_format: options.format, column: options.column };
      return await client.batches.create({ metadata, ...window, bullpen: { ...bullpen, ...source } });
    }
    prepared = await prepare(session, input, options);
    const fileId = await upload(session, input, prepared);
    const { endpoint } = prepared;
    return await client.batches.create({
      input_file_id: fileId,
      ...(endpoint !== undefined && { endpoint }),
      metadata,
      ...window,
      ...(Object.values(bullpen).some((value) => value !== undefined) && { bullpen }),
    });
  } catch (error) {
    progress.clear();
    if (!session.wasInterrupted()) throw error;
    progress.say("Stopped. No batch was created.");
    process.exitCode = INTERRUPTED;
    return undefined;
  } finally {
    await prepared?.remove();
  }
}

/** Whether a name is that of a file which the server reads or writes. */
function isUri(name: string | undefined): name is string {
  return name !== undefined && /^(?:s3|file):\/\//.test(name);
}

/** @throws {StartupError} for options that change lines: the server takes them as they are. */
function checkUri(uri: string, { model, tools, maxSteps }: SubmitBatchOptions): string {
  if ((model ?? tools ?? maxSteps) === undefined) return uri;
  throw new StartupError(
    "--model, --tools and --max-steps change lines on their way to the server, which reads this file itself. Leave them out; a table may have a column model.",
  );
}

async function prepare(
  { progress, signal }: Session,
  input: Input,
  { column, ...options }: SubmitBatchOptions,
): Promise<PreparedInput> {
  const onRead = (bytes: number) => progress.show(bytesStep("reading", bytes, input.bytes));
  // The votes go with the batch, so that lines in the batch form get them, too.
  const { votes: _, ...defaults } = toDefaults(options);
  const prepared = await prepareInput(input, {
    defaults,
    signal,
    onRead,
    ...(column !== undefined && { column }),
  });
  progress.clear();
  return prepared;
}

async function upload({ client, progress }: Session, input: Input, prepared: PreparedInput): Promise<string> {
  const { path, bytes, lines } = prepared;
  const startedAt = performance.now();
  const onSent = (sent: number) => {
    const seconds = (performance.now() - startedAt) / 1_000;
    progress.show(bytesStep("uploading", sent, bytes, seconds));
  };
  const file = await client.files.upload(() => createReadStream(path), {
    filename: storedName(input),
    onSent,
  });
  progress.clear();
  progress.say(`Uploaded ${formatLines(lines)} of ${input.name}, ${formatBytes(bytes)}.`);
  return file.id;
}

function bytesStep(what: string, done: number, total: number | undefined, seconds?: number): Step {
  const of = total === undefined ? "" : ` of ${formatBytes(total)}`;
  const rate = seconds ? `, ${formatBytes(done / seconds)}/s` : "";
  return {
    fraction: total === undefined ? undefined : done / total,
    text: `${what} ${formatBytes(done)}${of}${rate}`,
  };
}

/** What the server would refuse later, or in each line, is refused now, by the option's name. */
function checkOptions(options: SubmitBatchOptions): void {
  const { metadata = {}, output, json } = options;
  toDefaults(options);
  if (json && output === STDOUT)
    throw new StartupError("--json and -o - both want standard output. Name a file for the results.");
  if (!metadataSchema.safeParse(metadata).success) {
    throw new StartupError(
      "--metadata takes 16 notes at most, with keys of 64 and values of 512 characters.",
    );
  }
}
