import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findRunningStacks, takeDataFolder } from "./data-folder.js";
import { startEmbeddedRedis } from "./embedded-redis.js";

let parent: string;
before(async () => {
  parent = await mkdtemp(join(tmpdir(), "bullpen-data-"));
});
after(() => rm(parent, { recursive: true, force: true }));

test("two stacks of one name get folders of their own, and others find them", async () => {
  const first = await takeDataFolder(join(parent, "demo"), true);
  const second = await takeDataFolder(join(parent, "demo"), true);
  assert.equal(first.path, join(parent, "demo"));
  assert.equal(second.path, join(parent, "demo-2"));
  await second.describe({ api_url: "http://127.0.0.1:1" });
  const urls = (await findRunningStacks(parent)).map((stack) => stack.api_url);
  assert.deepEqual(urls.toSorted(), ["http://127.0.0.1:1", undefined].toSorted());
  await first.release();
  await second.release();
  assert.deepEqual(await findRunningStacks(parent), []);
});

test("a chosen folder that is in use is refused, not replaced by another", async () => {
  const folder = await takeDataFolder(join(parent, "chosen"), false);
  await assert.rejects(takeDataFolder(join(parent, "chosen"), false), /Another Bullpen uses the data folder/);
  await folder.release();
});

const LEFT_OVER: Readonly<Record<string, string>> = {
  "names a process that has ended": JSON.stringify({ pid: spawnSync("true").pid, started_at: 1 }),
  "names a process that is another by now": JSON.stringify({ pid: 1, started_at: 1 }),
  "names this process, as in a container that was started again": JSON.stringify({
    pid: process.pid,
    started_at: 1,
  }),
  "is empty": "",
  "was cut short": "{",
  "holds something else": "[1, 2]",
};
for (const [name, text] of Object.entries(LEFT_OVER)) {
  test(`a folder is taken over whose stack.json ${name}`, async () => {
    const folder = await mkdtemp(join(parent, "left-over-"));
    await writeFile(join(folder, "stack.json"), text);
    assert.deepEqual((await findRunningStacks(parent)).length, 0);
    const taken = await takeDataFolder(folder, false);
    assert.equal(taken.path, folder);
    const { pid } = JSON.parse(await readFile(join(folder, "stack.json"), "utf8"));
    assert.equal(pid, process.pid);
    await taken.release();
    assert.deepEqual(await readdir(folder), []);
  });
}

test("a folder whose stack was killed is taken by one of many that start at once", async () => {
  const folder = await mkdtemp(join(parent, "raced-"));
  const modulePath = new URL("./data-folder.js", import.meta.url).href;
  const script = `import { takeDataFolder } from ${JSON.stringify(modulePath)}; await takeDataFolder(${JSON.stringify(folder)}, false); process.kill(process.pid, "SIGKILL")`;
  assert.equal(spawnSync(process.execPath, ["--input-type=module", "-e", script]).signal, "SIGKILL");
  assert.ok((await readdir(folder)).includes("stack.lock"), "the dead one's lock is still there");
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => takeDataFolder(folder, false)));
  const taken = results.filter((result) => result.status === "fulfilled");
  assert.equal(taken.length, 1);
  await taken[0]?.value.release();
});

test("folders with paths longer than a socket's are locked as well", async () => {
  const folder = join(parent, "long".repeat(30), "path".repeat(30));
  const taken = await takeDataFolder(folder, false);
  await assert.rejects(takeDataFolder(folder, false), /Another Bullpen uses the data folder/);
  await taken.release();
  await (await takeDataFolder(folder, false)).release();
});

test("a path that is not a folder is refused and its kind is named", async () => {
  const file = join(parent, "file");
  await writeFile(file, "");
  await assert.rejects(takeDataFolder(file, true), /cannot be used: it is a file/);
  await assert.rejects(
    takeDataFolder(join(file, "below"), true),
    /cannot be used: a part of its path is a file/,
  );
});

test("a Redis that outlived its stack is ended before the folder is used", async () => {
  const folder = await mkdtemp(join(parent, "redis-"));
  const redis = await startEmbeddedRedis({ folder: join(folder, "redis") });
  const taken = await takeDataFolder(folder, false);
  assert.match(await redis.ended, /exit code 0/);
  await taken.release();
});
