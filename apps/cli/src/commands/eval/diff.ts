import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { compare, type EvaluationResult, resultSchema } from "@bullpen/evaluation";
import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { describeComparison } from "../../evaluation/describe-result.js";
import { whyUnreadable } from "../../input/open-input.js";
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
    .action(diff);
}

async function diff(a: string, b: string, { json }: { readonly json?: boolean }): Promise<void> {
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
