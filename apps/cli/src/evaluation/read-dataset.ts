import { createHash } from "node:crypto";
import { textLines } from "@bullpen/batch-data";
import { CaseIds, DatasetError, type EvaluationCase, parseCase } from "@bullpen/evaluation";
import { ApiError } from "@bullpen/protocol";
import { StartupError, shortenMiddle } from "@bullpen/runtime";
import { openInput } from "../input/open-input.js";
import { readAll } from "../input/read-all.js";
import { type RequestOptions, requestLine } from "./request-line.js";

/** Most cases of one evaluation: their transcripts are held in memory when they are scored. */
const MAX_CASES = 100_000;
/** Bad lines that a message names. */
const MAX_PROBLEMS = 10;
/** Characters of what is wrong with one line. */
const MAX_CHARACTERS = 300;

/** A dataset that was read, checked and found good. */
export interface Dataset {
  readonly name: string;
  readonly cases: readonly EvaluationCase[];
  /** The lines of the cases as they are in the file. */
  readonly lines: readonly string[];
  /** Of the lines that were taken. */
  readonly sha256: string;
}

interface ReadDatasetOptions extends RequestOptions {
  /** How many cases to take from the beginning. Default: all. */
  readonly limit?: number | undefined;
}

/** @throws {StartupError} that names the bad lines (the first ten of them), their fields and what to do. */
export async function readDataset(path: string, options: ReadDatasetOptions): Promise<Dataset> {
  const input = await openInput(path, "jsonl");
  const { limit = Number.POSITIVE_INFINITY } = options;
  const cases: EvaluationCase[] = [];
  const lines: string[] = [];
  const problems: string[] = [];
  const ids = new CaseIds();
  const hash = createHash("sha256");
  for await (const { number, text } of textLines(readAll(input), input.name)) {
    if (text.trim() === "") continue;
    if (cases.length >= limit || problems.length > MAX_PROBLEMS) break;
    const problem = problemOf(() => {
      const evaluated = parseCase(text);
      ids.add(evaluated.id, number);
      requestLine(evaluated, options);
      cases.push(evaluated);
    });
    if (problem !== undefined) problems.push(`line ${number}: ${shortenMiddle(problem, MAX_CHARACTERS)}`);
    lines.push(text);
    hash.update(`${text}\n`);
    if (cases.length > MAX_CASES) throw tooMany(input.name);
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, MAX_PROBLEMS);
    const more = problems.length > MAX_PROBLEMS ? ["and more"] : [];
    throw new StartupError(
      `${input.name} cannot be evaluated:\n  ${[...shown, ...more].join("\n  ")}\nNothing was sent.`,
    );
  }
  if (cases.length === 0) throw new StartupError(`${input.name} holds no case. Nothing was sent.`);
  return { name: input.name, cases, lines, sha256: hash.digest("hex") };
}

function problemOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof DatasetError || error instanceof ApiError) return error.message;
    // JSON.parse takes any depth; all that goes through a value by calls does not.
    if (error instanceof RangeError) return "The line nests too deeply.";
    throw error;
  }
}

function tooMany(name: string): StartupError {
  return new StartupError(
    `${name} has more than ${MAX_CASES} cases. Split it, or take a part by --limit. Nothing was sent.`,
  );
}
