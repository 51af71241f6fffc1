import { resolve } from "node:path";
import { StartupError } from "@bullpen/runtime";
import { STDOUT } from "../batch/results-sink.js";
import { connect } from "../connect.js";
import { untilInterrupted } from "../interrupts.js";
import { createProgress, printSummary } from "../print.js";
import { readQueries } from "../read-queries.js";
import { checkResultsPath, summarize, toResultLine, writeResults } from "../results.js";

export interface SubmitOptions {
  readonly url?: string;
  readonly wait?: boolean;
  readonly output?: string;
}

/**
 * `bullpen submit file.jsonl`: prints the ids; with `--wait`, waits and writes one result a line, in
 * the order of the file. Exit code 1 when a query did not complete.
 */
export async function submit(file: string, options: SubmitOptions): Promise<void> {
  if (options.output !== undefined && !options.wait)
    throw new StartupError("-o needs --wait: there are no results before the queries end.");
  const queries = await readQueries(file);
  if (options.output !== undefined) await checkResultsPath(options.output);
  const { client } = await connect(options.url);
  if (!options.wait) {
    for (const { id } of await client.queries.submitAll(queries)) console.log(id);
    return;
  }
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
    if (options.output !== undefined && options.output !== STDOUT) {
      await writeResults(resolve(options.output), views);
      printSummary(summarize(views, (performance.now() - startedAt) / 1_000));
    } else for (const view of views) console.log(toResultLine(view));
    if (views.some((view) => view.status !== "completed")) process.exitCode = 1;
  } catch (error) {
    progress.stop();
    if (!interrupted.signal.aborted) throw error;
    console.error("\nThe queries go on without you; `bullpen status` shows how they stand.");
    process.exitCode = 130;
  }
}
