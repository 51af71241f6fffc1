import { randomUUID } from "node:crypto";
import { basename, extname, join } from "node:path";
import { StartupError } from "@bullpen/runtime";
import { openSession } from "../batch/session.js";
import { type ScoringOptions, toScoring } from "../commands/eval/scoring-options.js";
import { type LineDefaults, toDefaults } from "../commands/line-defaults.js";
import type { ConnectionOptions } from "../connect.js";
import { finishRun } from "./finish-run.js";
import { type Dataset, readDataset } from "./read-dataset.js";
import { type Run, RunFolder, type Scoring } from "./run-folder.js";

export interface RunOptions extends LineDefaults, ScoringOptions, ConnectionOptions {
  readonly output?: string;
  readonly limit?: number;
  readonly seed?: number;
  readonly temperature?: number;
  readonly json?: boolean;
}

/** Asks the questions of a dataset, scores the answers and writes both into a folder. */
export async function runEvaluation(path: string, options: RunOptions): Promise<void> {
  const { seed, temperature, limit } = options;
  const scoring = toScoring(options);
  const defaults = toDefaults(options);
  const dataset = await readDataset(path, { defaults, seed, temperature, limit });
  checkJudge(dataset, scoring);
  const session = await openSession(options);
  await session.client.batches.list({ limit: 1 }); // so that no folder is made for an api that is not there
  const folder = new RunFolder(options.output ?? defaultFolder(path));
  const run: Run = {
    schema_version: 1,
    dataset: dataset.name,
    dataset_sha256: dataset.sha256,
    total: dataset.cases.length,
    defaults,
    ...(seed !== undefined && { seed }),
    ...(temperature !== undefined && { temperature }),
    scoring,
    started_at: new Date().toISOString(),
    idempotency_key: randomUUID(),
  };
  await folder.create(run, dataset.lines);
  await finishRun(session, folder, run, options);
}

/** A judge that is missing is said before anything is asked. */
function checkJudge({ name, cases }: Dataset, { judge }: Scoring): void {
  const needs = cases.find(({ check }) => check.type === "judge");
  if (!needs || judge) return;
  throw new StartupError(
    `${name}: the case ${JSON.stringify(needs.id)} has the check judge. Name the model that judges by --judge-model. Nothing was sent.`,
  );
}

/** `eval-gsm8k-20261128-073105`, in the folder that the user is in. */
function defaultFolder(path: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const name = path === "-" ? "stdin" : basename(path, extname(path));
  return join(`eval-${name}-${time}`);
}
