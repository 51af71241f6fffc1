import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { openSession } from "../../batch/session.js";
import { finishRun } from "../../evaluation/finish-run.js";
import { readDataset } from "../../evaluation/read-dataset.js";
import { type Run, RunFolder } from "../../evaluation/run-folder.js";
import { examples, URL_OPTION } from "../help.js";
import { EVAL_EXIT_CODES } from "./help.js";
import { type ScoringOptions, scoringOptions, toScoring } from "./scoring-options.js";

interface RejudgeOptions extends ScoringOptions {
  readonly dataset?: string;
  readonly json?: boolean;
  readonly url?: string;
}

/** `bullpen eval rejudge <folder>` */
export function evalRejudgeCommand(): Command {
  const command = new Command("rejudge")
    .description("score the answers of an evaluation again, without asking the model")
    .argument("<folder>", "the folder of the evaluation")
    .option("--dataset <file>", "score by the answers and checks of this file, for the same ids");
  return scoringOptions(command)
    .option("--json", "print the summary as JSON")
    .option(...URL_OPTION)
    .addHelpText(
      "after",
      `\nJudges are asked again; options that are left out stay as they were.\n${EVAL_EXIT_CODES}\n${examples(
        ["eval rejudge first --dataset corrected.jsonl", "scores by corrected answers"],
        ["eval rejudge first --price-in 0.5 --price-out 1.5", "adds the cost"],
      )}`,
    )
    .action(rejudge);
}

async function rejudge(path: string, options: RejudgeOptions): Promise<void> {
  const folder = new RunFolder(path);
  const run = await folder.readRun();
  if (!run.ended) {
    throw new StartupError(
      `${path} does not have all its answers yet. Go on with \`npx bullpen eval resume ${path}\` first.`,
    );
  }
  const rescored: Run = { ...run, scoring: { ...run.scoring, ...toScoring(options) } };
  const dataset = options.dataset === undefined ? undefined : await readDataset(options.dataset, rescored);
  await folder.writeRun(rescored);
  await finishRun(await openSession(options), folder, rescored, { ...options, dataset });
}
