import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { connectionOptions, examples } from "../help.js";
import { wholeNumber } from "../option-values.js";
import { changeSelected, type SelectionOptions, selectionOptions } from "./selection.js";

interface SetOptions extends SelectionOptions {
  readonly priority?: number;
  readonly maxTotalTokens?: number;
}

/** `bullpen batch set [ids...]` */
export function batchSetCommand(): Command {
  return connectionOptions(
    selectionOptions(new Command("set").description("change batches that run"))
      .option(
        "--priority <weight>",
        "the weight among your batches, from 1 to 100; 10 where nothing is said",
        wholeNumber,
      )
      .option("--max-total-tokens <count>", "the budget: how many tokens all lines may use", wholeNumber),
  )
    .addHelpText(
      "after",
      examples(
        ["batch set batch_… --priority 50", "works on it five times as much as on one of 10"],
        ["batch set batch_… --max-total-tokens 2000000", "raises its budget: it goes on"],
      ),
    )
    .action(setBatches);
}

async function setBatches(ids: string[], options: SetOptions): Promise<void> {
  const { priority, maxTotalTokens: max_total_tokens } = options;
  if (priority === undefined && max_total_tokens === undefined) {
    throw new StartupError("Say what is to change: --priority or --max-total-tokens.");
  }
  await changeSelected(ids, options, { operation: "update", bullpen: { priority, max_total_tokens } });
}
