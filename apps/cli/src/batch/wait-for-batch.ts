import type { BatchView } from "@bullpen/protocol";
import { describeEnd, stepOf } from "../output/describe-batch.js";
import { outputSink, STDOUT } from "../output/results-sink.js";
import { INTERRUPTED, type Session } from "./session.js";
import { takeResults } from "./take-results.js";

/** Exit code where the batch completed and some of its lines failed. */
const SOME_FAILED = 3;

interface WaitOptions {
  /** Where results go while they come. */
  readonly output?: string;
  readonly resume?: boolean;
}

/**
 * Shows how far a batch is until it ends, and how it ended. Ctrl-C leaves it running and says how to come
 * back. Sets the exit code.
 *
 * @returns the batch at its end, or nothing after Ctrl-C.
 */
export async function waitForBatch(
  session: Session,
  id: string,
  { output, resume = false }: WaitOptions,
): Promise<BatchView | undefined> {
  const { client, progress } = session;
  const comeBack = session.comeBack(id);
  const followFile = async (path: string) => {
    const sink = await outputSink(path, { resume, remedy: comeBack.results(path) });
    try {
      await takeResults({ client, id, sink, follow: true });
    } finally {
      await sink.close();
    }
  };
  const work = [
    client.batches.wait(id, { onProgress: (batch) => progress.show(stepOf(batch)) }),
    output === undefined ? undefined : followFile(output),
  ] as const;
  try {
    const [batch] = await Promise.all(work);
    progress.clear();
    progress.say(describeEnd(batch));
    if (batch.status !== "failed" && output !== STDOUT) {
      progress.say(
        output === undefined ? `Its results: ${comeBack.results()}` : `Its results are in ${output}.`,
      );
    }
    process.exitCode = exitCodeOf(batch);
    return batch;
  } catch (error) {
    session.stop();
    await Promise.allSettled(work);
    progress.clear();
    if (!session.wasInterrupted()) throw error;
    progress.say(
      `The batch goes on without you. Come back with\n${comeBack.describe(output === STDOUT ? undefined : output)}`,
    );
    process.exitCode = INTERRUPTED;
    return undefined;
  }
}

/** 0 when all lines were answered. */
export function exitCodeOf({ status, request_counts }: BatchView): number {
  if (status !== "completed") return 1;
  return request_counts.failed > 0 ? SOME_FAILED : 0;
}
