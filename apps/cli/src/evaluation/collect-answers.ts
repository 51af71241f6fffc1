import { createReadStream } from "node:fs";
import { isTerminal } from "@bullpen/client";
import type { BatchView } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import type { Session } from "../batch/session.js";
import { takeResults } from "../batch/take-results.js";
import { describeEnd, stepOf } from "../output/describe-batch.js";
import { fileSink } from "../output/results-sink.js";
import { readDataset } from "./read-dataset.js";
import { requestLine } from "./request-line.js";
import type { Run, RunFolder } from "./run-folder.js";

/**
 * Brings all answers of an evaluation into its folder: creates the batch where there is none yet, and goes on after the
 * last whole line where some answers are there. Each step is written down before the next, so it may be called again
 * after any crash.
 *
 * @returns the run with its end.
 * @throws {StartupError} when the batch's input is refused.
 */
export async function collectAnswers(session: Session, folder: RunFolder, begun: Run): Promise<Run> {
  if (begun.ended) return begun;
  const run = await createBatch(session, folder, begun);
  const id = run.batch_id ?? "";
  const sink = await fileSink(folder.answers, {
    resume: true,
    remedy: `npx bullpen eval resume ${folder.path}`,
  });
  try {
    const following = takeResults({ client: session.client, id, sink, follow: true });
    const waiting = session.client.batches.wait(id, {
      onProgress: (batch) => session.progress.show(stepOf(batch)),
    });
    const [batch] = await settled(session, [waiting, following]);
    session.progress.clear();
    if (batch.status === "failed") throw new StartupError(describeEnd(batch));
    session.progress.say(describeEnd(batch));
    const ended = { ...run, ended: endOf(batch) };
    await folder.writeRun(ended);
    return ended;
  } finally {
    await sink.close();
  }
}

/** Both, or the first error after both have ended. */
async function settled(session: Session, work: readonly [Promise<BatchView>, Promise<BatchView>]) {
  try {
    return await Promise.all(work);
  } catch (error) {
    session.stop();
    await Promise.allSettled(work);
    session.progress.clear();
    throw error;
  }
}

async function createBatch({ client }: Session, folder: RunFolder, begun: Run): Promise<Run> {
  if (begun.batch_id !== undefined) return begun;
  let run = begun;
  if (run.input_file_id === undefined) {
    const { cases } = await readDataset(folder.dataset, run);
    const lines = cases.map((each) => `${requestLine(each, run)}\n`);
    const file = await client.files.upload(lines.join(""), { filename: "evaluation.jsonl" });
    run = { ...run, input_file_id: file.id };
    await folder.writeRun(run);
  }
  const metadata = { evaluation: run.dataset.slice(-512) };
  const { id } = await client.batches.create(
    { input_file_id: run.input_file_id ?? "", metadata },
    // A process that ends before it has written the id down gets the same batch again.
    { idempotencyKey: run.idempotency_key },
  );
  run = { ...run, batch_id: id };
  await folder.writeRun(run);
  return run;
}

function endOf(batch: BatchView): NonNullable<Run["ended"]> {
  const end = batch.completed_at ?? batch.expired_at ?? batch.cancelled_at;
  if (!isTerminal(batch.status)) throw new Error(`${batch.id} has not ended`);
  return {
    model: batch.model ?? "unknown",
    finished_at: end === null ? null : new Date(end * 1_000).toISOString(),
    wall_ms: end === null ? null : (end - batch.created_at) * 1_000,
    usage: { input: batch.usage.input_tokens, output: batch.usage.output_tokens },
  };
}

/** The answers of a folder, to be read a second time. */
export function openAnswers(folder: RunFolder): AsyncIterable<Uint8Array> {
  return createReadStream(folder.answers);
}
