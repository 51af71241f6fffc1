import { Command } from "commander";
import type { RejudgeOptions } from "../../evaluation/rejudge-evaluation.js";
import { connectionOptions, examples } from "../help.js";
import { EVAL_EXIT_CODES } from "./help.js";
import { scoringOptions } from "./scoring-options.js";

/** `bullpen eval rejudge <folder>` */
export function evalRejudgeCommand(): Command {
  const command = new Command("rejudge")
    .description("score the answers of an evaluation again, without asking the model")
    .argument("<folder>", "the folder of the evaluation")
    .option("--dataset <file>", "score by the answers and checks of this file, for the same ids");
  return connectionOptions(scoringOptions(command).option("--json", "print the summary as JSON"))
    .addHelpText(
      "after",
      `\nJudges are asked again; options that are left out stay as they were.\n${EVAL_EXIT_CODES}\n${examples(
        ["eval rejudge first --dataset corrected.jsonl", "scores by corrected answers"],
        ["eval rejudge first --price-in 0.5 --price-out 1.5", "adds the cost"],
      )}`,
    )
    .action(async (path: string, options: RejudgeOptions) => {
      const { rejudgeEvaluation } = await import("../../evaluation/rejudge-evaluation.js");
      await rejudgeEvaluation(path, options);
    });
}
