import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { compare, type EvaluationResult, resultSchema } from "@bullpen/evaluation";
import { StartupError } from "@bullpen/runtime";
import { whyUnreadable } from "../input/open-input.js";
import { describeComparison } from "./describe-result.js";

export interface DiffOptions {
  readonly json?: boolean;
}

/** Prints how the second of two evaluations differs from the first. */
export async function diffResults(a: string, b: string, { json }: DiffOptions): Promise<void> {
  const [first, second] = await Promise.all([readResult(a), readResult(b)]);
  const comparison = compare(first, second);
  console.log(json ? JSON.stringify(comparison, null, 2) : describeComparison(first, second, comparison));
}

async function readResult(path: string): Promise<EvaluationResult> {
  const found = await stat(path).catch((error: unknown) => {
    throw new StartupError(whyUnreadable(path, error));
  });
  const file = found.isDirectory() ? join(path, "result.json") : path;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new StartupError(
      found.isDirectory()
        ? `${path} has no result yet. Go on with \`npx bullpen eval resume ${path}\` first.`
        : whyUnreadable(file, error),
    );
  });
  const parsed = resultSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new StartupError(
    `${file} is no result of an evaluation: ${issue?.path.join(".") || "the file"} ${issue?.message}.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
