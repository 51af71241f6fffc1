import { Argument, Command } from "commander";
import type { ImportOptions } from "../../evaluation/import/import-dataset.js";
import { SOURCE_NAMES, type SourceName } from "../../evaluation/import/source-names.js";
import { STDOUT } from "../../output/results-sink.js";
import { examples } from "../help.js";
import { wholeNumber } from "../option-values.js";

/** `bullpen eval import <source> <file>` */
export function evalImportCommand(): Command {
  return new Command("import")
    .description("make a dataset of a published one")
    .addArgument(new Argument("<source>", "which one it is").choices(SOURCE_NAMES))
    .argument("<file>", "its file as published: .jsonl, .json (an array) or .parquet")
    .option("-o, --output <file>", "the dataset to write; - for standard output", STDOUT)
    .option("--limit <count>", "take the first rows only", wholeNumber)
    .addHelpText(
      "after",
      `\ngsm8k      question, and answer that ends with #### 42; classes by number of calculations
hotpotqa   the paragraphs of a question become its documents; yes, no and names must be in the answer
gaia       metadata.jsonl; files of questions are read from its folder where they are texts, and
           rows with other files, or without a published answer, are left out and counted
${examples(
  ["eval import gsm8k test.jsonl -o gsm8k.jsonl", "the test split, from its JSONL"],
  ["eval import hotpotqa validation.parquet -o hotpot.jsonl --limit 500", "500 rows, from Parquet"],
)}`,
    )
    .action(async (source: SourceName, path: string, options: ImportOptions) => {
      const { importDataset } = await import("../../evaluation/import/import-dataset.js");
      await importDataset(source, path, options);
    });
}
