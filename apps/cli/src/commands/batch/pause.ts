import { Command } from "commander";
import { connectionOptions, examples } from "../help.js";
import { changeSelected, type SelectionOptions, selectionOptions } from "./selection.js";

/** `bullpen batch pause [ids...]` */
export function batchPauseCommand(): Command {
  return connectionOptions(
    selectionOptions(
      new Command("pause").description("let no further line of batches begin; those that have begun go on"),
    ),
  )
    .addHelpText(
      "after",
      examples(
        ["batch pause batch_…", "pauses one batch"],
        ["batch pause --metadata project=corpus", "pauses all with this note"],
      ),
    )
    .action((ids: string[], options: SelectionOptions) =>
      changeSelected(ids, options, { operation: "pause" }),
    );
}

/** `bullpen batch resume [ids...]` */
export function batchResumeCommand(): Command {
  return connectionOptions(
    selectionOptions(new Command("resume").description("go on with batches that are paused")),
  )
    .addHelpText("after", examples(["batch resume --all", "goes on with all batches that are paused"]))
    .action((ids: string[], options: SelectionOptions) =>
      changeSelected(ids, options, { operation: "resume" }),
    );
}
