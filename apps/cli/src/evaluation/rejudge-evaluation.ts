import { StartupError } from "@bullpen/runtime";
import { openSession } from "../batch/session.js";
import { type ScoringOptions, toScoring } from "../commands/eval/scoring-options.js";
import type { ConnectionOptions } from "../connect.js";
import { finishRun } from "./finish-run.js";
import { readDataset } from "./read-dataset.js";
import { type Run, RunFolder } from "./run-folder.js";

export interface RejudgeOptions extends ScoringOptions, ConnectionOptions {
  readonly dataset?: string;
  readonly json?: boolean;
}

export async function rejudgeEvaluation(path: string, options: RejudgeOptions): Promise<void> {
  const folder = new RunFolder(path);
  const run = await folder.readRun();
  if (!run.ended) {
    throw new StartupError(
      `${path} does not have all its answers yet. Go on with \`npx bullpen eval resume ${path}\` first.`,
    );
  }
  const rescored: Run = { ...run, scoring: { ...run.scoring, ...toScoring(options) } };
  const dataset = options.dataset === undefined ? undefined : await readDataset(options.dataset, rescored);
  await folder.writeRun(rescored);
  await finishRun(await openSession(options), folder, rescored, { ...options, dataset });
}
