import { isTerminal, redact } from "@bullpen/contracts";
import { ApiClient } from "../api/api-client.js";
import { BatchClient, MAX_LISTED } from "../api/batch-client.js";
import { findApi } from "../api/find-api.js";
import { describeShortly } from "../batch/describe-batch.js";
import { describeWorkers } from "../describe-workers.js";
import { readEnv } from "../env.js";
import { show } from "./query.js";

export interface StatusOptions {
  readonly url?: string;
  readonly json?: boolean;
}

/** `bullpen status <id>`: one query; without an id, queries by state, the workers, and the batches that run. */
export async function status(id: string | undefined, options: StatusOptions): Promise<void> {
  const url = await findApi(options.url, readEnv());
  const client = new ApiClient(url);
  if (id !== undefined) {
    const view = await client.get(id, 0);
    if (options.json || isTerminal(view.status)) show(view, options.json ?? false);
    else
      console.log(
        `${view.id} ${view.status}, ${view.usage.turns} turns, ${view.usage.tool_calls} tool calls`,
      );
    return;
  }
  const batchClient = new BatchClient({ url, attempts: 1 });
  const [queues, workers, { data }] = await Promise.all([
    client.queues(),
    client.workers(),
    batchClient.list(MAX_LISTED),
  ]);
  const batches = data.filter((batch) => !isTerminal(batch.status));
  if (options.json) {
    console.log(JSON.stringify({ queues, workers, batches }, null, 2));
    return;
  }
  console.log(`api ${redact(url)}`);
  for (const { model, ...counts } of queues) {
    const parts = Object.entries(counts).map(([state, count]) => `${state.replaceAll("_", " ")} ${count}`);
    console.log(`${model}: ${parts.join(", ")}`);
  }
  for (const line of describeWorkers(workers)) console.log(line);
  for (const batch of batches) console.log(describeShortly(batch));
}
