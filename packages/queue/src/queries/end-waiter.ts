import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "@bullpen/redis";
import { ChannelListener } from "@bullpen/redis/commands";
import { endedChannel } from "../transcripts/transcript-scripts.js";

/** An announcement can be lost, so whoever waits looks again after this time. */
const LOOK_AGAIN_MS = 2_000;

/** Waits for queries to end without asking Redis again and again. */
export class EndWaiter {
  readonly #listener: ChannelListener;

  private constructor(listener: ChannelListener) {
    this.#listener = listener;
  }

  static async open(redis: Redis): Promise<EndWaiter> {
    return new EndWaiter(await ChannelListener.open(redis));
  }

  /**
   * Calls `look` until it says that it has seen the end (`true`), or `signal` aborts. It looks at
   * once after subscribing, so an end between the caller's last look and now is not missed.
   */
  async wait(queryId: string, look: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    let announced = new AbortController();
    const unsubscribe = await this.#listener.listen(endedChannel(queryId), () => announced.abort());
    try {
      while (!signal.aborted && !(await look())) {
        const wake = AbortSignal.any([signal, announced.signal]);
        // It rejects when woken: one of two ways to go on, not a failure.
        await sleep(LOOK_AGAIN_MS, undefined, { signal: wake }).catch(() => {});
        announced = new AbortController();
      }
    } finally {
      await unsubscribe();
    }
  }

  async close(): Promise<void> {
    await this.#listener.close();
  }
}
