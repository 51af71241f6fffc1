import { textLines } from "@bullpen/batch-data";
import type { BatchResult } from "@bullpen/client";
import {
  type EvaluationResult,
  type Judge,
  RESULT_SCHEMA_VERSION,
  type ScoredCase,
  scoreCase,
  summarize,
} from "@bullpen/evaluation";
import { StartupError } from "@bullpen/runtime";
import { openAnswers } from "./collect-answers.js";
import type { Dataset } from "./read-dataset.js";
import { readDataset } from "./read-dataset.js";
import type { Run, RunFolder } from "./run-folder.js";
import { toGeneration } from "./to-generation.js";

interface ScoreOptions {
  readonly judge: Judge | undefined;
  /** Default: the folder's own. */
  readonly dataset?: Dataset | undefined;
  /** Called with the number of cases that are scored. */
  readonly onScored?: (count: number) => void;
}

/** Scores all answers of a folder. Judges are asked side by side. */
export async function scoreRun(
  folder: RunFolder,
  run: Run,
  { judge, dataset, onScored }: ScoreOptions,
): Promise<EvaluationResult> {
  const { cases, name, sha256 } = dataset ?? (await readDataset(folder.dataset, run));
  const results = await readAnswers(folder);
  let scored = 0;
  const scoredCases: ScoredCase[] = await Promise.all(
    cases.map(async (evaluated) => {
      const result = await scoreCase(evaluated, toGeneration(results.get(evaluated.id)), judge);
      onScored?.(++scored);
      return result;
    }),
  );
  const { ended, started_at } = run;
  return {
    schema_version: RESULT_SCHEMA_VERSION,
    run: {
      dataset: dataset ? name : run.dataset,
      dataset_sha256: sha256,
      model: ended?.model ?? run.defaults.model ?? "unknown",
      batch_id: run.batch_id ?? "",
      started_at,
      finished_at: ended?.finished_at ?? null,
      wall_ms: ended?.wall_ms ?? null,
    },
    summary: summarize(scoredCases, { prices: run.scoring.prices, usage: ended?.usage }),
    cases: scoredCases,
  };
}

async function readAnswers(folder: RunFolder): Promise<Map<string, BatchResult>> {
  const results = new Map<string, BatchResult>();
  for await (const { number, text } of textLines(openAnswers(folder), folder.answers)) {
    const result = parse(text);
    if (!result) throw new StartupError(`${folder.answers}, line ${number}: it is no result of a batch.`);
    results.set(result.custom_id, result);
  }
  return results;
}

function parse(text: string): BatchResult | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isResult = typeof value === "object" && value !== null && "custom_id" in value;
    return isResult ? (value as BatchResult) : undefined; // the rest is checked where it is used
  } catch {
    return undefined;
  }
}
