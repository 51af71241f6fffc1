import type { ModelView, QueueView, WorkerView } from "@bullpen/client";
import { client } from "../../data/client.js";

/** What operators see of the server. */
export interface ServerState {
  readonly models: readonly ModelView[];
  readonly queues: readonly QueueView[];
  readonly workers: readonly WorkerView[];
}

/** Reads it whole. */
export async function readServer(signal: AbortSignal): Promise<ServerState> {
  const [models, queues, workers] = await Promise.all([
    client.models.list({ signal }),
    client.queues.list({ signal }),
    client.workers.list({ signal }),
  ]);
  return { models, queues, workers };
}
