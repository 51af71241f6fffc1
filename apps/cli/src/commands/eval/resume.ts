import { Command } from "commander";
import type { ResumeOptions } from "../../evaluation/resume-evaluation.js";
import { connectionOptions, examples } from "../help.js";
import { EVAL_EXIT_CODES } from "./help.js";

/** `bullpen eval resume <folder>` */
export function evalResumeCommand(): Command {
  return connectionOptions(
    new Command("resume")
      .description("go on with an evaluation that was interrupted; nothing is asked twice")
      .argument("<folder>", "the folder of the evaluation")
      .option("--json", "print the summary as JSON"),
  )
    .addHelpText(
      "after",
      `${EVAL_EXIT_CODES}\n${examples(["eval resume first", "goes on with the folder first"])}`,
    )
    .action(async (path: string, options: ResumeOptions) => {
      const { resumeEvaluation } = await import("../../evaluation/resume-evaluation.js");
      await resumeEvaluation(path, options);
    });
}
