import { setTimeout as sleep } from "node:timers/promises";
import { isTerminal } from "@bullpen/contracts";
import type { Batch, BatchClient } from "../api/batch-client.js";
import type { Progress } from "../progress.js";
import { stepOf } from "./describe-batch.js";

export interface WatchOptions {
  readonly client: BatchClient;
  readonly id: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const LOOK_MS = 1_000;

/** Shows how far a batch is until it has ended, and returns it then. */
export async function watchBatch({ client, id, progress, signal }: WatchOptions): Promise<Batch> {
  for (;;) {
    const batch = await client.get(id);
    if (isTerminal(batch.status)) return batch;
    progress.show(stepOf(batch));
    await sleep(LOOK_MS, undefined, { signal });
  }
}
