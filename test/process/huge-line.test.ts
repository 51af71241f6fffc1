import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AppProcess } from "@bullpen/cli/stack/app-process";
import { BullpenClient, type FileView } from "@bullpen/client";
import { verifies } from "../source-checks/requirements/requirements.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

const MIB = 2 ** 20;
/** What api and batcher may have in memory, whatever is sent to them. */
const MOST_MEMORY = 300 * MIB;

let folder: string;
let redis: TestRedis;
let api: AppProcess;
let batcher: AppProcess;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-huge-"));
  redis = await startTestRedis();
  const env = { REDIS_URL: redis.url, DATA_DIR: join(folder, "data"), MODEL: "demo", API_PORT: "0" };
  const start = (app: string) => AppProcess.start({ app, env, logFolder: folder });
  [api, batcher] = await Promise.all([start("api"), start("batcher")]);
});
after(async () => {
  await Promise.all([api.stop(), batcher.stop()]);
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

async function peakMemory({ pid }: AppProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
}

/** A multipart upload of `mib` MiB of one letter, made while it is sent. */
function upload(mib: number): ReadableStream<Uint8Array> {
  const block = Buffer.alloc(MIB, "x");
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="huge.jsonl"\r\n\r\n';
  const tail = '\r\n--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b--\r\n';
  let sent = -1;
  return new ReadableStream({
    pull: (controller) => {
      sent++;
      if (sent === 0) controller.enqueue(Buffer.from(head));
      else if (sent <= mib) controller.enqueue(block);
      else {
        controller.enqueue(Buffer.from(tail));
        controller.close();
      }
    },
  });
}

test(verifies(["hostile-input"], "1 GiB of one line is refused by name, in constant memory"), async () => {
  const response = await fetch(`${api.url}/v1/files`, {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: upload(1_024),
    duplex: "half",
  });
  const file = (await response.json()) as FileView; // checked by what follows
  assert.equal(file.bytes, 1_024 * MIB, JSON.stringify(file));
  const client = new BullpenClient({ url: api.url });
  const { id } = await client.batches.create({ input_file_id: file.id });
  const batch = await until("it is refused", async () => {
    const now = await client.batches.get(id);
    return now.status === "failed" && now;
  });
  assert.equal(batch.errors?.data?.length, 1);
  assert.equal(batch.errors?.data?.[0]?.code, "invalid_json_line");
  assert.match(batch.errors?.data?.[0]?.message ?? "", /more than 1048576 bytes/);
  await client.files.delete(file.id);
  for (const [name, process] of [
    ["api", api],
    ["batcher", batcher],
  ] as const) {
    const peak = await peakMemory(process);
    assert.ok(peak < MOST_MEMORY, `${name} had ${Math.round(peak / MIB)} MiB in memory`);
  }
});
