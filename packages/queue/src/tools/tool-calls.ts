import {
  type AgentJob,
  type ToolDefinition,
  type ToolInput,
  type ToolJob,
  toolJobId,
  toolQueueName,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import type { Job } from "bullmq";
import { addCall } from "../caller-tools/add-call.js";
import { QueuePool } from "../queue-pool.js";

export interface NewToolCall {
  readonly queryId: string;
  /** The query that makes the call. */
  readonly job: AgentJob;
  readonly step: number;
  readonly tool: ToolDefinition;
  readonly input: ToolInput;
  /** Set for a tool of the caller's own: the input as JSON. */
  readonly arguments?: string;
}

/**
 * Adds tool calls as child jobs of their query's job. The crash-safe order is: the turn is recorded (the intent),
 * the child is added under an id derived from query and step, the parent waits, BullMQ stores the child's result
 * with the parent, and the next run of the parent records it with the turn that reads it. When a run dies between
 * two of these, the next run continues without a second child.
 */
export class ToolCalls {
  readonly #redis: Redis;
  readonly #queues: QueuePool;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#queues = new QueuePool(redis);
  }

  /** Adds the call as a child of `parent`; adding it again while it exists changes nothing. */
  async add(parent: Job, call: NewToolCall): Promise<void> {
    const { tenant, model, custom_id, tool_timeout_seconds: timeout_seconds } = call.job;
    const place = { tenant, model, query_id: call.queryId, step: call.step, tool_name: call.tool.name };
    if (call.arguments !== undefined) {
      const context = { redis: this.#redis, queues: this.#queues };
      await addCall(context, parent, { ...place, arguments: call.arguments, custom_id, timeout_seconds });
      return;
    }
    const { trace_context } = call.job;
    const data: ToolJob = { ...place, input: call.input, ...(trace_context && { trace_context }) };
    await this.#queues.get(toolQueueName(call.tool.queue)).add(call.tool.name, data, {
      jobId: toolJobId(call.queryId, call.step),
      parent: { id: call.queryId, queue: parent.queueQualifiedName },
      // A child that fails for good must resume its parent, which reads the reason as an observation.
      ignoreDependencyOnFailure: true,
      attempts: 3,
      backoff: { type: "exponential", delay: 500 },
      // The result is stored with the parent until it is in the transcript.
      removeOnComplete: true,
      removeOnFail: true,
    });
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }
}
