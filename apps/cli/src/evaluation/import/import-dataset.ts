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
import { formatCount } from "../../output/format.js";
import { outputSink } from "../../output/results-sink.js";
import { publishedRows } from "./published-rows.js";
import type { SourceName } from "./source-names.js";

type Convert = (row: unknown, number: number) => ImportedCase | SkippedRow;

const SOURCES: Readonly<Record<SourceName, Convert>> = {
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

export interface ImportOptions {
  readonly output: string;
  readonly limit?: number;
}

/** Writes a dataset of a published one. */
export async function importDataset(
  source: SourceName,
  path: string,
  { output, limit }: ImportOptions,
): Promise<void> {
  const convert = SOURCES[source];
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
