import { WEBHOOK_QUEUE, type WebhookJob, webhookJobId } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { QueuePool } from "../queue-pool.js";
import { RETRY_FOREVER } from "../retry-forever.js";

/** Jobs in one command: few enough that other clients of Redis do not wait. */
const BULK_LENGTH = 200;

/** The queue that delivers events to webhook endpoints. The events are in storage. */
export class WebhookQueue {
  readonly #queues: QueuePool;

  constructor(redis: Redis) {
    this.#queues = new QueuePool(redis);
  }

  /** Enqueues deliveries; those that exist stay as they are. */
  async add(deliveries: readonly WebhookJob[]): Promise<void> {
    for (let start = 0; start < deliveries.length; start += BULK_LENGTH) {
      await this.#queues.get(WEBHOOK_QUEUE).addBulk(
        deliveries.slice(start, start + BULK_LENGTH).map((data) => ({
          name: data.event_id,
          data,
          opts: { ...RETRY_FOREVER, jobId: webhookJobId(data) },
        })),
      );
    }
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }
}
