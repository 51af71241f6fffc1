import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BullpenClient } from "@bullpen/client";
import { startTestRedis } from "../testing/redis.js";
import { ROOT } from "../testing/run-app.js";
import { assertFinished, leaveWork } from "./left-work.js";
import { readContent } from "./redis-content.js";
import { ReleaseProcesses } from "./release-processes.js";

const { values } = parseArgs({
  options: {
    /** The folder of the release, built. */
    release: { type: "string" },
    version: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const { release, version } = values;
if (release === undefined || version === undefined) throw new Error("--release and --version are needed");

if (values.record) await record(release, version);
else {
  await handOver(`work of ${version} is finished by this version`, release, ROOT);
  await handOver(`work of this version is finished by ${version}`, ROOT, release);
}

/** One version leaves work on Redis and storage, the other finishes it. */
async function handOver(what: string, from: string, to: string): Promise<void> {
  await onOwnRedis(async (place, redis) => {
    const left = await leaveWork(new ReleaseProcesses({ ...place, root: from }));
    const next = new ReleaseProcesses({ ...place, root: to });
    try {
      const client = new BullpenClient({ url: await next.start("api") });
      for (const app of ["batcher", "worker", "tool-worker"] as const) await next.start(app);
      await assertFinished(client, left);
    } finally {
      await next.stopAll();
    }
    const count = Object.keys(left.queries).length + Object.keys(left.batches).length;
    console.log(`ok: ${what}: ${count} queries and batches, ${await redis.connection.dbsize()} keys`);
  });
}

/** Keeps what a release leaves, for the tests of later versions. */
async function record(root: string, name: string): Promise<void> {
  const folder = join(ROOT, "test/upgrades/recorded", name.replace(/^v/, ""));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await onOwnRedis(async (place, redis) => {
    const left = await leaveWork(new ReleaseProcesses({ ...place, root }));
    const facts = { recorded_at: Date.now(), left };
    await writeFile(join(folder, "left.json"), `${JSON.stringify(facts, null, 2)}\n`);
    const content = await readContent(redis.connection);
    // Stack traces of jobs that ended name the folder of this machine.
    const text = JSON.stringify(content, null, 2).replaceAll(await realpath(root), "/srv/bullpen");
    await writeFile(join(folder, "redis.json"), `${text}\n`);
    await cp(place.dataDir, join(folder, "storage"), { recursive: true });
    console.log(`${content.length} keys and the storage are in ${folder}`);
  });
}

async function onOwnRedis(
  run: (
    place: { redisUrl: string; dataDir: string },
    redis: Awaited<ReturnType<typeof startTestRedis>>,
  ) => Promise<void>,
): Promise<void> {
  const redis = await startTestRedis();
  const dataDir = await mkdtemp(join(tmpdir(), "bullpen-upgrade-"));
  try {
    await run({ redisUrl: redis.url, dataDir }, redis);
  } finally {
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
