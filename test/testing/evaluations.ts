import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type EvaluationResult, resultSchema } from "@bullpen/evaluation";

export type DatasetLine = Readonly<Record<string, unknown>>;

/** Writes a dataset. @returns its path. */
export async function writeDataset(
  folder: string,
  name: string,
  lines: readonly (DatasetLine | string)[],
): Promise<string> {
  const path = join(folder, name);
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  await writeFile(path, `${texts.join("\n")}\n`);
  return path;
}

export async function readResult(path: string): Promise<EvaluationResult> {
  return resultSchema.parse(JSON.parse(await readFile(join(path, "result.json"), "utf8")));
}

/** What became of each case, by its id. */
export function outcomesOf({ cases }: EvaluationResult): Record<string, string> {
  return Object.fromEntries(cases.map((each) => [each.id, each.outcome]));
}
