import { Command } from "commander";
import { evalDiffCommand } from "./diff.js";
import { evalImportCommand } from "./import.js";
import { evalRejudgeCommand } from "./rejudge.js";
import { evalResumeCommand } from "./resume.js";
import { evalRunCommand } from "./run.js";

/**
 * `bullpen eval …`; `bullpen eval <dataset>` is `eval run`. What the commands do is loaded when it is called: the libraries
 * that score answers and read datasets would slow the start of all other commands.
 */
export function evalCommand(): Command {
  return new Command("eval")
    .description("measure how many questions of a dataset a model answers right")
    .addCommand(evalRunCommand(), { isDefault: true })
    .addCommand(evalResumeCommand())
    .addCommand(evalRejudgeCommand())
    .addCommand(evalDiffCommand())
    .addCommand(evalImportCommand());
}
