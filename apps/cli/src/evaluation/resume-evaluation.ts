import { openSession } from "../batch/session.js";
import type { ConnectionOptions } from "../connect.js";
import { finishRun } from "./finish-run.js";
import { RunFolder } from "./run-folder.js";

export interface ResumeOptions extends ConnectionOptions {
  readonly json?: boolean;
}

export async function resumeEvaluation(path: string, options: ResumeOptions): Promise<void> {
  const folder = new RunFolder(path);
  const run = await folder.readRun();
  await finishRun(await openSession(options), folder, run, options);
}
