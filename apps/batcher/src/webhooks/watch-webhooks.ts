import { setTimeout as sleep } from "node:timers/promises";
import type { WebhookContext } from "./webhook-context.js";

/**
 * Enqueues the deliveries that are not over, again and again: those that Redis does not know were lost
 * with it, or with the process that was about to enqueue them.
 */
export class WebhookWatch {
  readonly #context: WebhookContext;
  readonly #everyMs: number;
  readonly #stop = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  constructor(options: { context: WebhookContext; everyMs: number }) {
    this.#context = options.context;
    this.#everyMs = options.everyMs;
  }

  start(): void {
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { webhooks, queue, logger } = this.#context;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await queue.add(await webhooks.pending());
      } catch (error) {
        logger.warn({ err: error }, "looking after webhooks failed");
      }
      await sleep(this.#everyMs, undefined, { signal }).catch(() => {}); // woken: this process stops
    }
  }
}
