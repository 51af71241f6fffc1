import { Command, InvalidArgumentError } from "commander";
import type { RunOptions } from "../../evaluation/run-evaluation.js";
import { connectionOptions, examples } from "../help.js";
import { lineDefaultOptions } from "../line-defaults.js";
import { wholeNumber } from "../option-values.js";
import { DATASET_HELP, EVAL_EXIT_CODES, FOLDER_HELP } from "./help.js";
import { scoringOptions } from "./scoring-options.js";

/** `bullpen eval [run] <dataset>` */
export function evalRunCommand(): Command {
  const command = new Command("run")
    .description("ask the questions of a dataset and score the answers")
    .argument("<dataset>", "a JSONL file, see below")
    .option("-o, --output <folder>", "where results go (default: eval-<dataset>-<time>)")
    .option("--limit <count>", "take the first cases only", wholeNumber);
  return connectionOptions(
    scoringOptions(lineDefaultOptions(command))
      .option("--seed <number>", "seeds sampling, so that a run can be repeated", integer)
      .option("--temperature <number>", "0 to 2", temperature)
      .option("--json", "print the summary as JSON"),
  )
    .addHelpText(
      "after",
      `${DATASET_HELP}\n${FOLDER_HELP}\n${EVAL_EXIT_CODES}\n${examples(
        ["eval questions.jsonl -o first", "asks, scores and writes the folder first"],
        ["eval questions.jsonl --limit 50 --seed 1", "the first 50 cases, repeatable"],
        ["eval resume first", "goes on after Ctrl-C"],
        ["eval diff first second", "compares two runs case by case"],
      )}`,
    )
    .action(async (path: string, options: RunOptions) => {
      const { runEvaluation } = await import("../../evaluation/run-evaluation.js");
      await runEvaluation(path, options);
    });
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
