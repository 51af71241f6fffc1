import { Command } from "commander";
import type { DiffOptions } from "../../evaluation/diff-results.js";
import { examples } from "../help.js";

/** `bullpen eval diff <A> <B>` */
export function evalDiffCommand(): Command {
  return new Command("diff")
    .description("compare two evaluations of one dataset, case by case")
    .argument("<A>", "a folder of an evaluation, or its result.json")
    .argument("<B>", "another")
    .option("--json", "print the comparison as JSON")
    .addHelpText(
      "after",
      `\nCases are paired by id. Those that a run did not score, or that were changed in between, are left
out and counted. The p-value is that of McNemar's exact test, the interval Newcombe's for pairs.
${examples(["eval diff first second", "says whether second is better than first"])}`,
    )
    .action(async (a: string, b: string, options: DiffOptions) => {
      const { diffResults } = await import("../../evaluation/diff-results.js");
      await diffResults(a, b, options);
    });
}
