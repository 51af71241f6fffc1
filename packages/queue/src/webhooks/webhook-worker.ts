import { type QueueTimes, WEBHOOK_QUEUE, type WebhookJob, webhookJobSchema } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { DelayedError, type Worker } from "bullmq";
import { type ActiveJob, closeWorker, createWorker } from "../worker.js";

export interface WebhookWorkerOptions {
  readonly redis: Redis;
  /** Deliveries that are made side by side. */
  readonly concurrency: number;
  /** Advances a delivery: it has ended, or is to be tried again at a time in Unix milliseconds. */
  readonly deliver: (job: WebhookJob, signal: AbortSignal) => Promise<"ended" | { readonly retryAt: number }>;
  /** Default: `QUEUE_TIMES`. */
  readonly times?: QueueTimes;
  readonly onError?: (error: Error) => void;
}

/** Delivers the events in the webhook queue. */
export class WebhookWorker {
  readonly #deliver: WebhookWorkerOptions["deliver"];
  readonly #worker: Worker;

  static async start(options: WebhookWorkerOptions): Promise<WebhookWorker> {
    const worker = new WebhookWorker(options);
    await worker.#worker.waitUntilReady();
    return worker;
  }

  private constructor({ deliver, ...options }: WebhookWorkerOptions) {
    this.#deliver = deliver;
    this.#worker = createWorker({
      ...options,
      queue: WEBHOOK_QUEUE,
      process: (active) => this.#process(active),
    });
    this.#worker.on("failed", (_job, error) => options.onError?.(error));
  }

  /** Takes no more deliveries, gives the active ones `graceMs` to end, and returns the rest to the queue. */
  async stop(graceMs: number): Promise<void> {
    await closeWorker(this.#worker, graceMs);
  }

  async #process({ job, token, signal }: ActiveJob): Promise<null> {
    const result = await this.#deliver(webhookJobSchema.parse(job.data), signal);
    if (result === "ended") return null;
    await job.moveToDelayed(result.retryAt, token);
    throw new DelayedError();
  }
}
