import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "@bullpen/redis";
import { ChannelListener } from "@bullpen/redis/commands";
import { endedChannel } from "../transcripts/transcript-scripts.js";

/** An announcement can be lost, so a waiting client checks again after this time. */
const CHECK_AGAIN_MS = 2_000;

/** Waits for queries to end without polling Redis. */
export class EndWaiter {
  readonly #listener: ChannelListener;

  private constructor(listener: ChannelListener) {
    this.#listener = listener;
  }

  static async open(redis: Redis): Promise<EndWaiter> {
    return new EndWaiter(await ChannelListener.open(redis));
  }

  /**
   * Calls `check` until it returns `true`, the query has ended, or `signal` aborts. The first call comes right
   * after the subscription, so no end between the caller's last check and now is missed.
   */
  async wait(queryId: string, check: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    let announced = new AbortController();
    const unsubscribe = await this.#listener.listen(endedChannel(queryId), () => announced.abort());
    try {
      while (!signal.aborted && !(await check())) {
        const wake = AbortSignal.any([signal, announced.signal]);
        // It rejects when the announcement comes, which is no failure.
        await sleep(CHECK_AGAIN_MS, undefined, { signal: wake }).catch(() => {});
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
