import assert from "node:assert/strict";
import { BullpenClient } from "@bullpen/client";
import { z } from "zod";
import { batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";
import type { ReleaseProcesses } from "./release-processes.js";

/**
 * Work in every stage that an upgrade can meet, by id: single queries with their status when they were left and the
 * number that their answer holds in the end, and batches with the number of their lines.
 */
export const leftWorkSchema = z.object({
  queries: z.record(z.string(), z.object({ status: z.string(), answer: z.string().optional() })),
  batches: z.record(z.string(), z.object({ status: z.string(), lines: z.int() })),
});
type LeftWork = z.infer<typeof leftWorkSchema>;

const LINES = 3;

/** Has one version do some work and begin more, and stops it in the middle. */
export async function leaveWork(processes: ReleaseProcesses): Promise<LeftWork> {
  const client = new BullpenClient({ url: await processes.start("api") });
  await processes.start("batcher");
  await processes.start("worker");
  await processes.start("tool-worker");
  const ended = await submit(client, sum(12));
  await untilStatus(client, ended, "completed");
  const doneBatch = await submitBatch(client, 100);
  await untilBatch(client, doneBatch, "completed");
  await processes.stop("tool-worker");
  const atTool = await submit(client, sum(40));
  await untilStatus(client, atTool, "waiting_for_tool");
  const halfBatch = await submitBatch(client, 200);
  await untilBatch(client, halfBatch, "in_progress");
  const cancelled = await submit(client, sum(50));
  await client.queries.cancel(cancelled);
  await processes.stop("worker");
  const fresh = await submit(client, sum(60));
  await processes.stop("batcher");
  const freshBatch = await submitBatch(client, 300);
  await processes.stopAll();
  return {
    queries: {
      [ended]: { status: "completed", answer: answer(12) },
      [atTool]: { status: "waiting_for_tool", answer: answer(40) },
      [fresh]: { status: "queued", answer: answer(60) },
      [cancelled]: { status: "cancelled" },
    },
    batches: {
      [doneBatch]: { status: "completed", lines: LINES },
      [halfBatch]: { status: "in_progress", lines: LINES },
      [freshBatch]: { status: "validating", lines: LINES },
    },
  };
}

/** Everything that was left ends right, and what had ended is as it was. */
export async function assertFinished(client: BullpenClient, left: LeftWork): Promise<void> {
  for (const [id, { status, answer: expected }] of Object.entries(left.queries)) {
    await untilStatus(client, id, status === "cancelled" ? "cancelled" : "completed");
    const query = await client.queries.get(id);
    if (expected !== undefined) assert.match(query.answer ?? "", new RegExp(`\\b${expected}\\b`), id);
  }
  for (const [id, { lines }] of Object.entries(left.batches)) {
    await untilBatch(client, id, "completed");
    const batch = await client.batches.get(id);
    assert.deepEqual(batch.request_counts, { total: lines, completed: lines, failed: 0 }, id);
    const results = parseJsonl<ResultLine>(await client.files.text(batch.output_file_id ?? ""));
    assert.deepEqual(
      results.map((line) => line.custom_id).sort(),
      Array.from({ length: lines }, (_, i) => `line-${i}`),
      id,
    );
  }
}

function sum(first: number): string {
  return `What is ${first} plus 30?`;
}

function answer(first: number): string {
  return `${first + 30}`;
}

async function submit(client: BullpenClient, query: string): Promise<string> {
  return (await client.queries.submit({ query, model: "demo", tools: ["Calculator"] })).id;
}

async function submitBatch(client: BullpenClient, from: number): Promise<string> {
  const lines = Array.from({ length: LINES }, (_, i) =>
    batchLine(`line-${i}`, sum(from + i), { model: "demo" }),
  );
  const { id } = await client.files.upload(lines.join("\n"), { filename: "sums.jsonl" });
  return (await client.batches.create({ input_file_id: id })).id;
}

async function untilStatus(client: BullpenClient, id: string, status: string): Promise<void> {
  await until(`${id} is ${status}`, async () => (await client.queries.get(id)).status === status);
}

async function untilBatch(client: BullpenClient, id: string, status: string): Promise<void> {
  await until(`${id} is ${status}`, async () => (await client.batches.get(id)).status === status);
}
