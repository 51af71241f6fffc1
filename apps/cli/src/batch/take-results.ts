import type { BullpenClient } from "@bullpen/client";
import type { BatchView } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import type { ResultsSink } from "../output/results-sink.js";

interface TakeResultsOptions {
  readonly client: BullpenClient;
  readonly id: string;
  readonly sink: ResultsSink;
  /** Whether to go on until the batch ends; otherwise the lines available now are all. */
  readonly follow: boolean;
}

/**
 * Brings the result lines of a batch to a sink, in input order, each once, after those that the sink has already.
 *
 * @returns the batch as it was when its last line had come.
 * @throws {StartupError} when the sink has lines of something else.
 */
export async function takeResults(options: TakeResultsOptions): Promise<BatchView> {
  const { client, id, sink, follow } = options;
  await checkResumed(options);
  const results = client.batches.resultLines(id, { after: sink.lines, follow });
  for (;;) {
    const { done, value } = await results.next();
    if (done) return value;
    await sink.write(value.bytes, value.count);
  }
}

/** What goes on from an earlier run must go on from the same batch. */
async function checkResumed({ client, id, sink }: TakeResultsOptions): Promise<void> {
  const { lastLine, lines } = sink;
  if (!lastLine) return;
  const options = { after: lines - 1, follow: false };
  for await (const { bytes } of client.batches.resultLines(id, options)) {
    if (Buffer.from(bytes).subarray(0, lastLine.byteLength).equals(lastLine)) return;
    break;
  }
  throw new StartupError(
    `The file does not hold the first results of ${id}: its line ${lines} differs. Name another file.`,
  );
}
