import { Command } from "commander";
import { openSession } from "../../batch/session.js";
import { finishRun } from "../../evaluation/finish-run.js";
import { RunFolder } from "../../evaluation/run-folder.js";
import { examples, URL_OPTION } from "../help.js";
import { EVAL_EXIT_CODES } from "./help.js";

interface ResumeOptions {
  readonly url?: string;
  readonly json?: boolean;
}

/** `bullpen eval resume <folder>` */
export function evalResumeCommand(): Command {
  return new Command("resume")
    .description("go on with an evaluation that was interrupted; nothing is asked twice")
    .argument("<folder>", "the folder of the evaluation")
    .option("--json", "print the summary as JSON")
    .option(...URL_OPTION)
    .addHelpText(
      "after",
      `${EVAL_EXIT_CODES}\n${examples(["eval resume first", "goes on with the folder first"])}`,
    )
    .action(resumeEvaluation);
}

async function resumeEvaluation(path: string, options: ResumeOptions): Promise<void> {
  const folder = new RunFolder(path);
  const run = await folder.readRun();
  await finishRun(await openSession(options), folder, run, options);
}
