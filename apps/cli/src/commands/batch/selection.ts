import type { BatchUpdate, BulkBatchParameters } from "@bullpen/client";
import type { BatchView } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import type { Command } from "commander";
import { ATTEMPTS, openSession, type SessionOptions } from "../../batch/session.js";
import { describeShortly } from "../../output/describe-batch.js";
import { keyValue } from "../option-values.js";

export interface SelectionOptions extends SessionOptions {
  readonly all?: boolean;
  readonly metadata?: Record<string, string>;
}

/** Which batches a command is for: some by their ids, or those that have not ended. */
export function selectionOptions(command: Command): Command {
  return command
    .argument("[ids...]", "batches")
    .option("--metadata <key=value>", "all that run and have this note; may come again", keyValue)
    .option("--all", "all that run");
}

/** Changes the selected batches and prints a line for each. */
export async function changeSelected(
  ids: readonly string[],
  options: SelectionOptions,
  change: Pick<BulkBatchParameters, "operation" | "bullpen">,
): Promise<void> {
  const { all = false, metadata } = options;
  if ([ids.length > 0, all || metadata !== undefined].filter(Boolean).length !== 1) {
    throw new StartupError("Name batches by their ids, or all that run by --all or --metadata.");
  }
  const { client } = await openSession(options, ATTEMPTS);
  if (ids.length === 0) {
    const filter = metadata ? { metadata } : {};
    const changed = await client.batches.changeAll({ ...change, filter });
    for (const batch of changed) console.log(describeShortly(batch));
    if (changed.length === 0) console.log("No batch that runs passes the filter.");
    return;
  }
  for (const id of ids) console.log(describeShortly(await changeOne(id)));

  function changeOne(id: string): Promise<BatchView> {
    const { operation, bullpen } = change;
    if (operation === "update") return client.batches.update(id, { bullpen } as BatchUpdate); // its command names it
    return client.batches[operation](id);
  }
}
