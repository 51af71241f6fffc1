import { join, resolve } from "node:path";
import { BullpenClient } from "@bullpen/client";
import { DEMO_MODEL } from "@bullpen/contracts";
import { Command } from "commander";
import { isStartedByNpm, readEnv, setAmong } from "../../env.js";
import { readQueries } from "../../input/read-queries.js";
import { followInterrupts } from "../../interrupts.js";
import { createProgress, printQuery, printSummary } from "../../output/print.js";
import { checkResultsPath, summarize, writeResults } from "../../output/query-results.js";
import { noteCutAnswers } from "../../output/show-query.js";
import { EXAMPLES } from "../../paths.js";
import { aborted, printUrls, startLocalStack } from "../../stack/local-stack.js";
import { examples } from "../help.js";

interface DemoOptions {
  /** Default: the demo model. */
  readonly model?: string;
  readonly once?: boolean;
  readonly json?: string;
  readonly data?: string;
}

/** `bullpen demo` */
export function demoCommand(): Command {
  return new Command("demo")
    .description("start everything and run the example queries")
    .option("--once", "stop when they are answered")
    .option("--model <model>", "run them with another model: a name of the catalogue, a path or an hf: URI")
    .option("--json <file>", "write one line of JSON a query")
    .option("--data <folder>", "where data and logs are kept (default: .bullpen/demo)")
    .addHelpText(
      "after",
      examples(
        ["demo --once", "runs the examples and ends"],
        [
          "demo --model qwen3-4b-instruct",
          "runs them with another model, which is downloaded at its first use",
        ],
      ),
    )
    .action(demo);
}

/** The whole stack on the embedded default, and the example queries through it. */
async function demo(options: DemoOptions): Promise<void> {
  const queries = await readQueries(join(EXAMPLES, "queries.jsonl"));
  sayWhatIsLeftOut(options.model);
  if (options.json !== undefined) await checkResultsPath(options.json);
  const interrupts = followInterrupts({ startedByNpm: isStartedByNpm(readEnv()) });
  const settings = {
    data: options.data,
    model: options.model ?? DEMO_MODEL,
    ownEngine: true,
    search: "local",
    documents: join(EXAMPLES, "documents"),
  };
  const stack = await startLocalStack("demo", settings, interrupts);
  try {
    console.log(`\n${queries.length} queries go to ${stack.apiUrl}; watch them at ${stack.dashboardUrl}\n`);
    await runDemo(stack.apiUrl, queries, options, interrupts.stop);
    printUrls(stack);
    if (!options.once) {
      console.log(
        `\nThe stack stays up. Ask it something: npx bullpen query "what is 12 times 34?"\nCtrl-C stops it.`,
      );
      await aborted(interrupts.stop);
    }
  } catch (error) {
    if (!interrupts.stop.aborted) throw error;
    process.exitCode = 130;
  } finally {
    await stack.stop();
  }
}

/** Settings that the demo ignores: it has its own values for them. */
const LEFT_OUT = ["MODEL", "ENGINE", "LLM_BASE_URL", "SEARCH_PROVIDER", "SEARCH_DOCUMENTS"];

/** Warns whoever set one of them that the demo does not use it. */
function sayWhatIsLeftOut(model: string | undefined): void {
  const settings = setAmong(LEFT_OUT);
  if (settings.length === 0) return;
  const names = new Intl.ListFormat("en").format(settings);
  console.error(
    `The demo runs ${model ?? "the demo model"} on the example documents: ${names} ${settings.length === 1 ? "is" : "are"} left out.\n` +
      "To use these settings, run `npx bullpen up` with them (`npx bullpen demo --model <name or path>` for a model alone), and then\n" +
      "  npx bullpen submit examples/queries.jsonl --wait\n",
  );
}

async function runDemo(
  apiUrl: string,
  queries: Awaited<ReturnType<typeof readQueries>>,
  options: DemoOptions,
  signal: AbortSignal,
): Promise<void> {
  const progress = createProgress(queries.length);
  const startedAt = performance.now();
  try {
    const views = await new BullpenClient({ url: apiUrl }).queries.runAll(queries, {
      signal,
      onEnded: () => progress.advance(),
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    progress.stop();
    console.log();
    for (const view of views) printQuery(view);
    printSummary(summarize(views, seconds));
    noteCutAnswers(views);
    if (options.json !== undefined) await writeResults(resolve(options.json), views);
  } finally {
    progress.stop();
  }
}
