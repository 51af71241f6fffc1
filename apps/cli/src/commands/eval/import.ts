import { readFile } from "node:fs/promises";
import { dirname, extname, join, resolve, sep } from "node:path";
import { errorMessage } from "@bullpen/base";
import {
  DatasetError,
  fromGaia,
  fromGsm8k,
  fromHotpotQa,
  type ImportedCase,
  parseCase,
  type SkippedRow,
} from "@bullpen/evaluation";
import { StartupError } from "@bullpen/runtime";
import { Argument, Command } from "commander";
import { publishedRows } from "../../evaluation/import/published-rows.js";
import { formatCount } from "../../output/format.js";
import { outputSink, STDOUT } from "../../output/results-sink.js";
import { examples } from "../help.js";
import { wholeNumber } from "../option-values.js";

type Convert = (row: unknown, number: number) => ImportedCase | SkippedRow;

const SOURCES: Readonly<Record<string, Convert>> = {
  gsm8k: fromGsm8k,
  hotpotqa: fromHotpotQa,
  gaia: fromGaia,
};

/** Files of questions that can be put into the question; others would need a tool that reads them. */
const TEXT_FILES = new Set([
  ".txt",
  ".md",
  ".csv",
  ".tsv",
  ".json",
  ".jsonl",
  ".jsonld",
  ".xml",
  ".html",
  ".py",
  ".pdb",
]);

interface ImportOptions {
  readonly output: string;
  readonly limit?: number;
}

/** `bullpen eval import <source> <file>` */
export function evalImportCommand(): Command {
  return new Command("import")
    .description("make a dataset of a published one")
    .addArgument(new Argument("<source>", "which one it is").choices(Object.keys(SOURCES)))
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
    .action(importDataset);
}

async function importDataset(source: string, path: string, { output, limit }: ImportOptions): Promise<void> {
  const convert = SOURCES[source];
  if (!convert) throw new StartupError(`There is no source ${source}.`); // commander has refused it before
  const most = limit ?? Number.POSITIVE_INFINITY;
  const skipped = new Map<string, number>();
  const sink = await outputSink(output, { resume: false, remedy: "the same command, into another folder" });
  let number = 0;
  try {
    for await (const row of publishedRows(path)) {
      if (sink.lines >= most) break;
      number++;
      const line = await importRow(convert, row, { path, number });
      if (typeof line === "string") await sink.write(Buffer.from(`${line}\n`), 1);
      else skipped.set(line.skipped, (skipped.get(line.skipped) ?? 0) + 1);
    }
  } finally {
    await sink.close();
  }
  if (sink.lines === 0) throw new StartupError(`${path} gave no case${described(skipped)}.`);
  console.error(`${formatCount(sink.lines)} cases of ${path}${described(skipped)}.`);
}

interface Place {
  readonly path: string;
  /** The row, counted from 1. */
  readonly number: number;
}

async function importRow(convert: Convert, row: unknown, place: Place): Promise<string | SkippedRow> {
  try {
    const made = convert(row, place.number);
    if ("skipped" in made) return made;
    const whole = await withAttachment(made, place.path);
    if ("skipped" in whole) return whole;
    const line = JSON.stringify(whole);
    parseCase(line);
    return line;
  } catch (error) {
    if (error instanceof DatasetError) {
      throw new StartupError(`${place.path}, row ${place.number}: ${error.message}`);
    }
    throw error;
  }
}

/** Puts a file that belongs to a question into its documents. */
async function withAttachment(
  { attachment, ...made }: ImportedCase,
  path: string,
): Promise<Omit<ImportedCase, "attachment"> | SkippedRow> {
  if (attachment === undefined) return made;
  if (!TEXT_FILES.has(extname(attachment).toLowerCase())) return { skipped: "its file is no text" };
  const folder = resolve(dirname(path));
  const file = resolve(join(folder, attachment));
  // A dataset comes from elsewhere: it must not bring in other files of this machine.
  if (!file.startsWith(`${folder}${sep}`)) return { skipped: "its file is in another folder" };
  try {
    return { ...made, documents: [{ title: attachment, text: await readFile(file, "utf8") }] };
  } catch (error) {
    throw new DatasetError(`file_name: ${file} cannot be read (${errorMessage(error)}). Fetch it too.`);
  }
}

function described(skipped: ReadonlyMap<string, number>): string {
  if (skipped.size === 0) return "";
  const parts = [...skipped].map(([reason, count]) => `${formatCount(count)} because ${reason}`);
  return `; left out: ${parts.join(", ")}`;
}
