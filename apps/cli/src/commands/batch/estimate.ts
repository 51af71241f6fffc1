import { createReadStream } from "node:fs";
import type { InputFormat } from "@bullpen/contracts";
import type { BatchEstimate, Interval } from "@bullpen/protocol";
import { Command } from "commander";
import { openSession } from "../../batch/session.js";
import type { ConnectionOptions } from "../../connect.js";
import { openInput, storedName } from "../../input/open-input.js";
import { prepareInput } from "../../input/prepare-input.js";
import { formatCost, formatCount, formatSeconds } from "../../output/format.js";
import { formatJson } from "../../output/format-json.js";
import { formatFacts } from "../../output/table.js";
import { connectionOptions, examples } from "../help.js";
import { type LineDefaults, lineDefaultOptions, toDefaults } from "../line-defaults.js";
import { wholeNumber } from "../option-values.js";
import { questionFile } from "./question-file.js";

interface EstimateOptions extends LineDefaults, ConnectionOptions {
  readonly format?: InputFormat;
  readonly column?: string;
  readonly sample: number;
  readonly seed?: number;
  readonly json?: boolean;
}

/** Lines that are run where nothing is said. */
const DEFAULT_SAMPLE = 20;

/** `bullpen batch estimate <file>` */
export function batchEstimateCommand(): Command {
  const command = questionFile(
    new Command("estimate").description(
      "run a sample of a file's lines, and tell what a batch of all would use, take and cost",
    ),
  );
  return connectionOptions(
    lineDefaultOptions(command)
      .option("--sample <lines>", "how many lines are run, 200 at most", wholeNumber, DEFAULT_SAMPLE)
      .option("--seed <number>", "decides which lines are run", wholeNumber)
      .option("--json", "print JSON"),
  )
    .addHelpText("after", examples(["batch estimate questions.csv", "runs 20 of its lines"]))
    .action(estimateBatch);
}

async function estimateBatch(file: string, options: EstimateOptions): Promise<void> {
  const { column, sample, seed, votes } = options;
  const input = await openInput(file, options.format);
  const { client, progress, signal } = await openSession(options);
  await client.batches.list({ limit: 1 }); // so that a file is not read for an api that is not there
  const { votes: _, ...defaults } = toDefaults(options);
  const prepared = await prepareInput(input, {
    defaults,
    signal,
    onRead: () => progress.show({ fraction: undefined, text: "reading" }),
    ...(column !== undefined && { column }),
  });
  try {
    const { path } = prepared;
    const uploaded = await client.files.upload(() => createReadStream(path), { filename: storedName(input) });
    progress.show({ fraction: undefined, text: `running ${sample} lines` });
    const estimate = await client.batches
      .estimate({
        input_file_id: uploaded.id,
        ...(prepared.endpoint !== undefined && { endpoint: prepared.endpoint }),
        sample,
        ...(seed !== undefined && { seed }),
        ...(votes !== undefined && { bullpen: { votes } }),
      })
      .finally(() => client.files.delete(uploaded.id));
    progress.clear();
    console.log(options.json ? formatJson(estimate) : describe(estimate));
  } finally {
    progress.clear();
    await prepared.remove();
  }
}

function describe(estimate: BatchEstimate): string {
  const { cost, sample } = estimate;
  const count = (value: number) => formatCount(Math.round(value));
  const money = (amount: number) => formatCost({ amount, currency: cost?.currency ?? "" }) ?? "";
  const rows: [string, string | null][] = [
    ["lines", `${formatCount(estimate.lines)} for ${estimate.model}`],
    ["sample", `${sample.lines} run: ${sample.completed} answered, ${sample.failed} failed`],
    ["not in time", sample.unfinished === 0 ? null : formatCount(sample.unfinished)],
    ["tokens read", range(estimate.input_tokens, count)],
    ["tokens written", range(estimate.output_tokens, count)],
    ["time", `${range(estimate.seconds, formatSeconds)} on ${estimate.slots} slots`],
    ["cost", cost && range(cost, money)],
  ];
  return [...formatFacts(rows), "", estimate.method].join("\n");
}

/** `12,000 (9,500 to 14,500)` */
function range({ estimate, low, high }: Interval, format: (value: number) => string): string {
  return `${format(estimate)} (${format(low)} to ${format(high)})`;
}
