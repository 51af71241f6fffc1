import { z } from "zod";
import { modelNameSchema } from "./model-name.js";
import type { AgentJob } from "./query.js";
import type { Observation } from "./transcript.js";

/** A tool call as a job of its own, child of its query's job. */
export const toolJobSchema = z.object({
  tenant: z.string().default("default"),
  model: modelNameSchema,
  query_id: z.string(),
  step: z.int(),
  tool_name: z.string(),
  input: z.string(),
});
export type ToolJob = z.infer<typeof toolJobSchema>;

/** Every kind of job: what it carries and what it returns. */
export interface JobCatalogue {
  readonly agent: { readonly payload: AgentJob; readonly result: string };
  readonly tool: { readonly payload: ToolJob; readonly result: Observation };
}

/** The queue of the queries for one model. */
export function agentQueueName(model: string): string {
  return `agent.${model}`;
}

/** The queue of the calls of one tool. */
export function toolQueueName(queue: string): string {
  return `tools.${queue}`;
}

/**
 * Places in an agent queue; a lower number goes first, equal numbers in order of arrival. A query
 * that comes back from a tool goes ahead of every fresh one: it holds results that somebody paid for.
 */
export const PRIORITY = { resumed: 1, interactive: 2 } as const;

/** Times of the queues, in milliseconds. A dead worker's jobs move on within lock + stalled check. */
export const QUEUE_TIMES = { lockMs: 10_000, stalledCheckMs: 5_000 } as const;

/** A job whose worker has died this often is given up. */
export const MAX_STALLS = 3;
