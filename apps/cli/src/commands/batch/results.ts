import { isTerminal } from "@bullpen/client";
import type { BatchView } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import { Command, Option } from "commander";
import { INTERRUPTED, openSession, type Session } from "../../batch/session.js";
import { takeResults } from "../../batch/take-results.js";
import { exitCodeOf, waitForBatch } from "../../batch/wait-for-batch.js";
import type { ConnectionOptions } from "../../connect.js";
import { describeEnd } from "../../output/describe-batch.js";
import { failedLinesSink } from "../../output/failed-lines-sink.js";
import { formatLines } from "../../output/format.js";
import { fileSink, type ResultsSink, STDOUT, stdoutSink } from "../../output/results-sink.js";
import { connectionOptions, EXIT_CODES, examples } from "../help.js";

interface ResultsOptions extends ConnectionOptions {
  readonly output?: string;
  readonly follow?: boolean;
  readonly errors?: boolean;
  readonly resume?: boolean;
}

/** `bullpen batch results <id>` */
export function batchResultsCommand(): Command {
  return connectionOptions(
    new Command("results")
      .description("the results so far, in the order of the input, failed lines among them")
      .argument("<id>", "a batch")
      .option("-o, --output <file>", "where they go (default: standard output)")
      .option("--follow", "go on until the batch ends")
      .addOption(new Option("--errors", "failed lines only").conflicts("resume"))
      .option("--resume", "go on after what the file holds already"),
  )
    .addHelpText(
      "after",
      `${EXIT_CODES}\n${examples(
        ["batch results batch_… -o results.jsonl", "writes the results so far"],
        ["batch results batch_… -o results.jsonl --resume", "adds those that have come since"],
        ["batch results batch_… --errors", "prints the failed lines"],
      )}`,
    )
    .action(fetchResults);
}

async function fetchResults(id: string, options: ResultsOptions): Promise<void> {
  const { errors = false, follow = false, resume = false } = options;
  const output = options.output === STDOUT ? undefined : options.output;
  if (resume && output === undefined) throw new StartupError("--resume needs -o: the file to go on with.");
  const session = await openSession(options);
  if (follow && output !== undefined && !errors) {
    await waitForBatch(session, id, { output, resume });
    return;
  }
  const remedy = session.comeBack(id).results(output);
  const target = output === undefined ? stdoutSink() : await fileSink(output, { resume, remedy });
  const sink = errors ? failedLinesSink(target) : target;
  try {
    const { client } = session;
    const batch = await takeResults({ client, id, sink, follow });
    report(session, batch, sink, { ...options, output });
  } catch (error) {
    if (!session.wasInterrupted()) throw error;
    session.progress.say(`The batch goes on without you. Come back with\n${session.comeBack(id).describe()}`);
    process.exitCode = INTERRUPTED;
  } finally {
    await target.close();
  }
}

/** Reports the state of the batch on standard error: standard output holds results only. */
function report(
  { progress, comeBack }: Session,
  batch: BatchView,
  sink: ResultsSink,
  options: Omit<ResultsOptions, "output"> & { readonly output: string | undefined },
): void {
  const { output, errors, follow } = options;
  if (batch.status === "failed") {
    progress.say(describeEnd(batch));
    process.exitCode = 1;
  } else if (!isTerminal(batch.status)) {
    const { total } = batch.request_counts;
    const available = `${formatLines(sink.lines)} of ${total === 0 ? "a batch that is being checked" : total} so far`;
    progress.say(`${available}; the rest: ${comeBack(batch.id).results(errors ? undefined : output)}`);
  } else if (output !== undefined) progress.say(`${describeEnd(batch)}. Written to ${output}.`);
  if (follow) process.exitCode = exitCodeOf(batch);
}
