import { resolve } from "node:path";
import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { connect } from "../../connect.js";
import { type QueryLine, readQueries } from "../../input/read-queries.js";
import { untilInterrupted } from "../../interrupts.js";
import { createProgress, printSummary } from "../../output/print.js";
import { checkResultsPath, summarize, toResultLine, writeResults } from "../../output/query-results.js";
import { STDOUT } from "../../output/results-sink.js";
import { noteCutAnswers } from "../../output/show-query.js";
import { examples, URL_OPTION } from "../help.js";
import { type LineDefaults, lineDefaultOptions, toDefaults } from "../line-defaults.js";

interface SubmitOptions extends LineDefaults {
  readonly url?: string;
  readonly wait?: boolean;
  /** The name of `--wait` at `bullpen batch submit`. */
  readonly watch?: boolean;
  readonly output?: string;
}

/** `bullpen submit <file>` */
export function submitCommand(): Command {
  const command = new Command("submit")
    .description("submit a JSONL file, one object with `query` a line")
    .argument("<file>", "the file, or - for standard input")
    .option("--wait", "wait for all answers")
    .option("--watch", "the same as --wait")
    .option("-o, --output <file>", "where the results go, one a line (default: standard output)");
  return lineDefaultOptions(command)
    .option(...URL_OPTION)
    .addHelpText(
      "after",
      `
Each line becomes a query of its own, before all batches. For large files, and for CSV and text, there is
\`bullpen batch submit\`: a batch goes on when this command ends, and takes all of these options.
${examples(
  ["submit queries.jsonl", "prints the ids of the queries"],
  ["submit queries.jsonl --wait -o results.jsonl", "waits for the answers and writes them"],
)}`,
    )
    .action(submit);
}

/**
 * Prints the ids; with `--wait`, waits and writes one result a line, in the order of the file. Exit code 1 when a
 * query did not complete.
 */
async function submit(file: string, options: SubmitOptions): Promise<void> {
  const waits = options.wait || options.watch;
  if (options.output !== undefined && !waits)
    throw new StartupError("-o needs --wait: there are no results before the queries end.");
  const defaults = toDefaults(options);
  const queries = (await readQueries(file)).map((line) => ({ ...defaults, ...line }));
  if (options.output !== undefined) await checkResultsPath(options.output);
  if (waits) await submitAndWait(queries, options);
  else {
    const { client } = await connect(options.url);
    for (const { id } of await client.queries.submitAll(queries)) console.log(id);
  }
}

async function submitAndWait(queries: readonly QueryLine[], { url, output }: SubmitOptions): Promise<void> {
  const { client } = await connect(url);
  const interrupted = new AbortController();
  void untilInterrupted().then(() => interrupted.abort());
  const progress = createProgress(queries.length);
  const startedAt = performance.now();
  try {
    const views = await client.queries.runAll(queries, {
      signal: interrupted.signal,
      onEnded: () => progress.advance(),
    });
    progress.stop();
    if (output !== undefined && output !== STDOUT) {
      await writeResults(resolve(output), views);
      printSummary(summarize(views, (performance.now() - startedAt) / 1_000));
    } else for (const view of views) console.log(toResultLine(view));
    if (views.some((view) => view.status !== "completed")) process.exitCode = 1;
    noteCutAnswers(views);
  } catch (error) {
    progress.stop();
    if (!interrupted.signal.aborted) throw error;
    console.error("\nThe queries go on without you; `bullpen status` shows their states.");
    process.exitCode = 130;
  }
}
