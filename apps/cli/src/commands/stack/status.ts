import { isTerminal } from "@bullpen/client";
import { redact } from "@bullpen/contracts";
import { Command } from "commander";
import { type ConnectionOptions, connect } from "../../connect.js";
import { describeShortly } from "../../output/describe-batch.js";
import { describeWorkers } from "../../output/describe-workers.js";
import { formatJson } from "../../output/format-json.js";
import { showQuery } from "../../output/show-query.js";
import { connectionOptions, examples } from "../help.js";

interface StatusOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/** Active batches are searched among this many: the longest page that the api gives. */
const MAX_LISTED = 100;

/** `bullpen status [id]` */
export function statusCommand(): Command {
  return connectionOptions(
    new Command("status")
      .description("which queries, workers and batches there are, or the state of one query")
      .argument("[id]", "a query")
      .option("--json", "print JSON"),
  )
    .addHelpText(
      "after",
      examples(["status", "queues, workers and running batches"], ["status query_…", "one query"]),
    )
    .action(showStatus);
}

/** One query; without an id, queries by state, the workers, and the batches that run. */
async function showStatus(id: string | undefined, options: StatusOptions): Promise<void> {
  const { client, url } = await connect(options);
  if (id !== undefined) {
    const view = await client.queries.get(id);
    if (options.json || isTerminal(view.status)) showQuery(view, options.json ?? false);
    else
      console.log(
        `${view.id} ${view.status}, ${view.usage.turns} turns, ${view.usage.tool_calls} tool calls`,
      );
    return;
  }
  const [queues, workers, { data }] = await Promise.all([
    client.queues.list().then(withoutObject),
    client.workers.list().then(withoutObject),
    client.batches.list({ limit: MAX_LISTED, maxAttempts: 1 }),
  ]);
  const batches = data.filter((batch) => !isTerminal(batch.status));
  if (options.json) {
    console.log(formatJson({ queues, workers, batches }));
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

/** Each entry without its `object` field, which says the same of all. */
function withoutObject<T extends { readonly object: string }>(entries: readonly T[]): Omit<T, "object">[] {
  return entries.map(({ object: _, ...rest }) => rest);
}
