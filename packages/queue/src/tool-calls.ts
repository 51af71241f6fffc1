import {
  type Observation,
  observationSchema,
  PRIORITY,
  type ToolDefinition,
  type ToolJob,
  toolFailure,
  toolJobId,
  toolQueueName,
} from "@bullpen/contracts";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { QueuePool } from "./queue-pool.js";
import type { TranscriptStore } from "./transcript-store.js";

export interface ToolCallsOptions {
  readonly redis: Redis;
  readonly transcripts: TranscriptStore;
}

export interface NewToolCall {
  readonly queryId: string;
  readonly tenant: string;
  readonly model: string;
  readonly step: number;
  readonly tool: ToolDefinition;
  readonly input: string;
}

/**
 * Tool calls as child jobs, seen from the query. The crash-safe order is: the turn is recorded (the
 * intent), the child is added under an id that follows from query and step, the parent waits, the
 * child's result goes to the parent, and the next run of the parent records it. A run that dies
 * between two of these is continued by the next without a second child.
 */
export class ToolCalls {
  readonly #transcripts: TranscriptStore;
  readonly #queues: QueuePool;

  constructor(options: ToolCallsOptions) {
    this.#transcripts = options.transcripts;
    this.#queues = new QueuePool(options.redis);
  }

  /** Records the observation of the last step's tool call, if it has come. */
  async settle(parent: Job, queryId: string): Promise<void> {
    const { steps, end } = await this.#transcripts.read(queryId);
    const last = steps.at(-1);
    if (end || !last || last.observation) return;
    const step = steps.length - 1;
    const observation = await this.#resultOf(parent, toolJobId(queryId, step));
    if (observation) await this.#transcripts.recordObservation(queryId, step, observation);
  }

  /** Adds the call as a child of `parent`; adding it again while it exists changes nothing. */
  async add(parent: Job, call: NewToolCall): Promise<void> {
    const data: ToolJob = {
      tenant: call.tenant,
      model: call.model,
      query_id: call.queryId,
      step: call.step,
      tool_name: call.tool.name,
      input: call.input,
    };
    await this.#queues.get(toolQueueName(call.tool.queue)).add(call.tool.name, data, {
      jobId: toolJobId(call.queryId, call.step),
      parent: { id: call.queryId, queue: parent.queueQualifiedName },
      // A child that fails for good must wake its parent, which reads the reason as an observation.
      ignoreDependencyOnFailure: true,
      priority: PRIORITY.interactive,
      attempts: 3,
      backoff: { type: "exponential", delay: 500 },
      // The result lives on in the parent until the turn that reads it has been recorded.
      removeOnComplete: true,
      removeOnFail: true,
    });
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }

  async #resultOf(parent: Job, childId: string): Promise<Observation | undefined> {
    // Keys are `<prefix>:<queue>:<job id>`, and job ids hold no colon.
    const values = await parent.getChildrenValues<unknown>();
    const value = Object.entries(values).find(([key]) => key.endsWith(`:${childId}`));
    if (value) return observationSchema.parse(value[1]);
    const failures = await parent.getIgnoredChildrenFailures();
    const failure = Object.entries(failures).find(([key]) => key.endsWith(`:${childId}`));
    if (failure) return { ...toolFailure(`the tool failed: ${failure[1]}`), duration_ms: 0 };
    return undefined;
  }
}
