import { Command } from "commander";
import { batchCancelCommand } from "./cancel.js";
import { batchEstimateCommand } from "./estimate.js";
import { batchListCommand } from "./list.js";
import { batchPauseCommand, batchResumeCommand } from "./pause.js";
import { batchResultsCommand } from "./results.js";
import { batchRetryCommand } from "./retry.js";
import { batchSetCommand } from "./set.js";
import { batchStatusCommand } from "./status.js";
import { batchSubmitCommand } from "./submit.js";
import { batchWatchCommand } from "./watch.js";

/** `bullpen batch …` */
export function batchCommand(): Command {
  return new Command("batch")
    .description("submit files of questions and get their results")
    .addCommand(batchSubmitCommand())
    .addCommand(batchEstimateCommand())
    .addCommand(batchStatusCommand())
    .addCommand(batchWatchCommand())
    .addCommand(batchResultsCommand())
    .addCommand(batchCancelCommand())
    .addCommand(batchPauseCommand())
    .addCommand(batchResumeCommand())
    .addCommand(batchSetCommand())
    .addCommand(batchRetryCommand())
    .addCommand(batchListCommand());
}
