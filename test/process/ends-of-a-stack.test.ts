import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  assertFolderReleased,
  assertGone,
  CAN_SEE_PROCESSES,
  type StartedStack,
  type StartedStackOptions,
  startUp,
} from "../testing/started-stack.js";
import { until } from "../testing/until.js";

const skip = CAN_SEE_PROCESSES ? false : "only Linux shows the environment of processes";
const RUNS = "Ctrl-C stops everything.";

let stack: StartedStack;
afterEach(() => stack.close());

async function start(options: StartedStackOptions = {}): Promise<void> {
  stack = await startUp({ ...options, env: { SHUTDOWN_GRACE_SECONDS: "1", ...options.env } });
}

const BEGINNINGS = [
  "POST /v1/files HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 9999\r\n\r\n--x\r\n",
  'POST /v1/queries HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{"query":',
];

test("a terminal that is closed while a stack starts leaves nothing behind", { skip }, async () => {
  await start();
  await stack.untilSaid(/starting api/);
  stack.process.kill("SIGHUP");
  await stack.ended;
  await assertGone(stack, 1_000);
  assertFolderReleased(stack);
});

test("a stack that is killed while it starts leaves none of its processes", { skip }, async () => {
  await start();
  await stack.untilSaid(/starting worker/);
  await sleep(300); // in the middle of loading their modules
  stack.process.kill("SIGKILL");
  await assertGone(stack, 20_000);
});

test("Redis comes back when it dies; a stop has its limit, whoever holds on and whatever is away", {
  skip,
}, async () => {
  await start();
  await stack.untilSaid(RUNS);
  const { redis, api_url: url = "" } = await stack.readStackFile();
  assert.ok(redis);
  process.kill(redis.pid, "SIGKILL");
  await stack.untilSaid(/Redis is started again \(it ended: SIGKILL\)/);
  const again = await until("Redis runs again", async () => {
    const { redis: now } = await stack.readStackFile();
    return now?.pid !== redis.pid && now;
  });
  assert.equal(again.port, redis.port);
  await until("the api is ready", () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  for (const beginning of BEGINNINGS) {
    const client = connect(Number(new URL(url).port), "127.0.0.1");
    client.on("error", () => {});
    client.write(beginning);
  }
  process.kill(await stack.pidOf("tool-worker"), "SIGSTOP");
  process.kill(again.pid, "SIGKILL");
  stack.process.kill("SIGTERM");
  assert.equal(await stack.ended, 0);
  await assertGone(stack, 1_000);
  assertFolderReleased(stack);
});

test("a stack ends with the npm that started it", { skip }, async () => {
  await start({ command: ["npm", "start", "--"] });
  await stack.untilSaid(RUNS);
  stack.process.kill("SIGKILL");
  await assertGone(stack, 30_000);
  assertFolderReleased(stack);
});

test("a stack lives through a full disk, and works again once there is room", { skip }, async (t) => {
  const disk = await mkdtemp(join(tmpdir(), "bullpen-full-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=48m", "bullpen-full", disk]);
  t.after(async () => {
    await stack.close();
    if (mounted.status === 0) spawnSync("umount", [disk]);
    await rm(disk, { recursive: true, force: true });
  });
  if (mounted.status !== 0) return t.skip("this user may not mount a file system");
  await start({ folder: disk });
  await stack.untilSaid(RUNS);
  const facts = await stack.readStackFile();
  const filler = join(disk, "filler");
  spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4k"]);
  const before = await stack.pidOf("dashboard");
  process.kill(before, "SIGKILL"); // the next one has something to log
  await until("another dashboard runs", async () => (await stack.pidOf("dashboard")) !== before);
  const redis = facts.redis?.pid ?? 0;
  process.kill(redis, "SIGKILL"); // and the stack something to write down
  await stack.untilSaid(/Redis is started again/);
  await sleep(1_000);
  assert.equal(stack.process.exitCode, null);
  assert.equal((await stack.readStackFile()).api_url, facts.api_url);
  await rm(filler);
  const ask = () =>
    fetch(`${facts.api_url}/v1/queries`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"query":"What is 4 times 5?"}',
    });
  await until("a query is taken", () =>
    ask().then(
      ({ status }) => status === 202,
      () => false,
    ),
  );
  stack.process.kill("SIGTERM");
  assert.equal(await stack.ended, 0);
  await assertGone(stack, 1_000);
});
