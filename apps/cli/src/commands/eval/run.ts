import { randomUUID } from "node:crypto";
import { basename, extname, join } from "node:path";
import { StartupError } from "@bullpen/runtime";
import { Command, InvalidArgumentError } from "commander";
import { openSession } from "../../batch/session.js";
import { finishRun } from "../../evaluation/finish-run.js";
import { type Dataset, readDataset } from "../../evaluation/read-dataset.js";
import { type Run, RunFolder, type Scoring } from "../../evaluation/run-folder.js";
import { examples, URL_OPTION } from "../help.js";
import { type LineDefaults, lineDefaultOptions, toDefaults } from "../line-defaults.js";
import { wholeNumber } from "../option-values.js";
import { DATASET_HELP, EVAL_EXIT_CODES, FOLDER_HELP } from "./help.js";
import { type ScoringOptions, scoringOptions, toScoring } from "./scoring-options.js";

interface RunOptions extends LineDefaults, ScoringOptions {
  readonly output?: string;
  readonly limit?: number;
  readonly seed?: number;
  readonly temperature?: number;
  readonly json?: boolean;
  readonly url?: string;
}

/** `bullpen eval [run] <dataset>` */
export function evalRunCommand(): Command {
  const command = new Command("run")
    .description("ask the questions of a dataset and score the answers")
    .argument("<dataset>", "a JSONL file, see below")
    .option("-o, --output <folder>", "where results go (default: eval-<dataset>-<time>)")
    .option("--limit <count>", "take the first cases only", wholeNumber);
  return scoringOptions(lineDefaultOptions(command))
    .option("--seed <number>", "seeds sampling, so that a run can be repeated", integer)
    .option("--temperature <number>", "0 to 2", temperature)
    .option("--json", "print the summary as JSON")
    .option(...URL_OPTION)
    .addHelpText(
      "after",
      `${DATASET_HELP}\n${FOLDER_HELP}\n${EVAL_EXIT_CODES}\n${examples(
        ["eval questions.jsonl -o first", "asks, scores and writes the folder first"],
        ["eval questions.jsonl --limit 50 --seed 1", "the first 50 cases, repeatable"],
        ["eval resume first", "goes on after Ctrl-C"],
        ["eval diff first second", "compares two runs case by case"],
      )}`,
    )
    .action(runEvaluation);
}

async function runEvaluation(path: string, options: RunOptions): Promise<void> {
  const { seed, temperature, limit, url, json } = options;
  const scoring = toScoring(options);
  const defaults = toDefaults(options);
  const dataset = await readDataset(path, { defaults, seed, temperature, limit });
  checkJudge(dataset, scoring);
  const session = await openSession({ ...(url !== undefined && { url }) });
  await session.client.batches.list({ limit: 1 }); // so that no folder is made for an api that is not there
  const folder = new RunFolder(options.output ?? defaultFolder(path));
  const run: Run = {
    schema_version: 1,
    dataset: dataset.name,
    dataset_sha256: dataset.sha256,
    total: dataset.cases.length,
    defaults,
    ...(seed !== undefined && { seed }),
    ...(temperature !== undefined && { temperature }),
    scoring,
    started_at: new Date().toISOString(),
    idempotency_key: randomUUID(),
  };
  await folder.create(run, dataset.lines);
  await finishRun(session, folder, run, { url, json });
}

/** A judge that is missing is said before anything is asked. */
function checkJudge({ name, cases }: Dataset, { judge }: Scoring): void {
  const needs = cases.find(({ check }) => check.type === "judge");
  if (!needs || judge) return;
  throw new StartupError(
    `${name}: the case ${JSON.stringify(needs.id)} has the check judge. Name the model that judges by --judge-model. Nothing was sent.`,
  );
}

/** `eval-gsm8k-20261128-073105`, in the folder that the user is in. */
function defaultFolder(path: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const name = path === "-" ? "stdin" : basename(path, extname(path));
  return join(`eval-${name}-${time}`);
}

function integer(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError("It must be a whole number.");
  }
  return number;
}

function temperature(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!(number >= 0 && number <= 2)) throw new InvalidArgumentError("It must be a number from 0 to 2.");
  return number;
}
