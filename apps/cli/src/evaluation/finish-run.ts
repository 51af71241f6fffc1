import type { EvaluationResult } from "@bullpen/evaluation";
import { INTERRUPTED, type Session } from "../batch/session.js";
import { type ConnectionOptions, describeConnection } from "../connect.js";
import { collectAnswers } from "./collect-answers.js";
import { describeResult } from "./describe-result.js";
import { openJudge } from "./open-judge.js";
import type { Dataset } from "./read-dataset.js";
import type { Run, RunFolder } from "./run-folder.js";
import { scoreRun } from "./score-run.js";

/** Exit code where some cases failed or got no verdict. */
const SOME_UNSCORED = 3;
/** Exit code where the accuracy is below the one demanded. */
const BELOW_MINIMUM = 4;

interface FinishOptions extends ConnectionOptions {
  /** Print the summary as JSON. */
  readonly json?: boolean | undefined;
  /** Score by this dataset instead of the folder's. */
  readonly dataset?: Dataset | undefined;
}

/**
 * Collects the answers of a run, scores them, writes the result and prints its summary. Ctrl-C keeps what is there and
 * says how to go on. Sets the exit code.
 */
export async function finishRun(
  session: Session,
  folder: RunFolder,
  begun: Run,
  options: FinishOptions,
): Promise<void> {
  const { client, progress, signal } = session;
  const { json, dataset } = options;
  try {
    const judge = openJudge(begun.scoring.judge, client, signal);
    const run = await collectAnswers(session, folder, begun);
    const onScored = (count: number) =>
      progress.show({ fraction: count / run.total, text: `scored ${count}/${run.total} answers` });
    const result = await scoreRun(folder, run, { judge, dataset, onScored });
    progress.clear();
    await folder.writeResult(result);
    console.log(
      json ? JSON.stringify({ run: result.run, summary: result.summary }, null, 2) : describeResult(result),
    );
    progress.say(`The result is in ${folder.result}, for people in ${folder.report}.`);
    process.exitCode = exitCodeOf(result, run.scoring.min_accuracy);
  } catch (error) {
    progress.clear();
    if (!session.wasInterrupted()) throw error;
    progress.say(
      `Stopped. The batch goes on, and what has come is kept in ${folder.path}. Go on with\n  npx bullpen eval resume ${folder.path}${describeConnection(options)}`,
    );
    process.exitCode = INTERRUPTED;
  }
}

function exitCodeOf({ summary }: EvaluationResult, minimum: number | undefined): number {
  if (minimum !== undefined && (summary.accuracy ?? 0) < minimum) return BELOW_MINIMUM;
  return summary.failed + summary.unjudged > 0 ? SOME_UNSCORED : 0;
}
