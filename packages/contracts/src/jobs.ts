import { z } from "zod";
import { modelNameSchema } from "./model-name.js";
import { toolInputSchema } from "./tools.js";
import { traceContextSchema } from "./trace-context.js";

/** A tool call as a job of its own, child of its query's job. */
export const toolJobSchema = z.object({
  tenant: z.string().default("default"),
  model: modelNameSchema,
  query_id: z.string(),
  step: z.int(),
  tool_name: z.string(),
  input: toolInputSchema,
  /** Of its query. */
  trace_context: traceContextSchema.optional(),
});
export type ToolJob = z.infer<typeof toolJobSchema>;

/** A batch as a job: parent of its chunks. Its id is the batch's. */
export const batchJobSchema = z.object({ tenant: z.string(), batch_id: z.string() });
export type BatchJob = z.infer<typeof batchJobSchema>;

/** Some hundred lines of a batch as a job: child of the batch, parent of the lines' queries. */
export const chunkJobSchema = z.object({ ...batchJobSchema.shape, index: z.int() });
export type ChunkJob = z.infer<typeof chunkJobSchema>;

/** The delivery of an event to a webhook endpoint as a job. What is sent is stored in storage. */
export const webhookJobSchema = z.object({
  tenant: z.string(),
  endpoint_id: z.string(),
  event_id: z.string(),
});
export type WebhookJob = z.infer<typeof webhookJobSchema>;

/** The queue of the queries for one model. */
export function agentQueueName(model: string): string {
  return `agent.${model}`;
}

export const BATCH_QUEUE = "batches";
export const CHUNK_QUEUE = "chunks";

export const WEBHOOK_QUEUE = "webhooks";

/** The id of the job that delivers an event to an endpoint. */
export function webhookJobId({ endpoint_id, event_id }: WebhookJob): string {
  return `${endpoint_id}-${event_id}`;
}

/** The id of the job that works on one chunk of a batch. */
export function chunkJobId(batchId: string, index: number): string {
  return `${batchId}-${index}`;
}

/** The queue of the calls of one tool. */
export function toolQueueName(queue: string): string {
  return `tools.${queue}`;
}

/**
 * Places in an agent queue; the lowest goes first. A query that has said something goes ahead of every
 * fresh one: it holds results that somebody paid for. With no priority at all BullMQ puts it at the head
 * of its wait list, which is the cheapest place for Redis, and the latest comes first. Nobody starves by
 * that: while such queries wait no fresh one begins, and those in flight come to their ends.
 * The others are between `first` and `last`, BullMQ's own limit, by their tenants' shares.
 */
export const PRIORITY = { resumed: 0, first: 1, last: 2_097_151 } as const;

/** Times of a queue, in milliseconds. A dead worker's jobs move on within lock + stalled check: 14 of the 15 s promised. */
export interface QueueTimes {
  readonly lockMs: number;
  readonly stalledCheckMs: number;
}
export const QUEUE_TIMES: QueueTimes = { lockMs: 10_000, stalledCheckMs: 4_000 };

/** A query whose workers have died this often at the same step is given up. */
export const MAX_STALLS = 3;
