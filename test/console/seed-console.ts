import type { BullpenClient } from "@bullpen/client";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

/** As many as one request takes. */
const AT_ONCE = 1_000;

/** Submits queries one by one, and waits until all have ended. */
export async function seedQueries(client: BullpenClient, count: number): Promise<void> {
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    const parameters = Array.from({ length: Math.min(AT_ONCE, count - begun) }, (_, i) => ({
      query: `What is ${begun + i}?`,
    }));
    await client.queries.submitAll(parameters);
  }
  await until(
    "all queries end",
    async () => {
      const queues = await client.queues.list();
      return queues.every(
        ({ queued, running, waiting_for_tool: waiting }) => queued + running + waiting === 0,
      );
    },
    120_000,
  );
}

/** Creates batches of one line each, and waits until all have ended. */
export async function seedBatches(client: BullpenClient, count: number): Promise<void> {
  const file = await client.files.upload(batchLine("a", "x"), { filename: "one.jsonl" });
  const ids: string[] = [];
  const create = async () => {
    while (ids.length < count) {
      const place = ids.push("") - 1;
      const metadata = { run: `nightly ${place}`, team: "research" };
      ids[place] = (await client.batches.create({ input_file_id: file.id, metadata })).id;
    }
  };
  await Promise.all(Array.from({ length: 8 }, create));
  for (const id of ids) await client.batches.wait(id);
}
