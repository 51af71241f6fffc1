import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { WorkerRegistry } from "@bullpen/queue";
import { verifies } from "../source-checks/requirements/requirements.js";
import { startTestRedis } from "../testing/redis.js";
import { runToEnd } from "../testing/run-app.js";
import { until } from "../testing/until.js";
import { WorkerProcess } from "../testing/worker-process.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-tune-"));
});
after(() => rm(folder, { recursive: true, force: true }));

function tune(env: Record<string, string>, ...args: string[]) {
  return runToEnd(["apps/cli/bin/bullpen.js", "tune", "--model", "demo", "--seconds", "5", ...args], env);
}

test(verifies(["tune-measures"], "what was tuned is what the next worker runs with"), async () => {
  const TUNED_FILE = join(folder, "new", "tuned.json");
  const settings = { TUNED_FILE, GPU: "off", CONTEXT_TOKENS: "1024" };
  // Given slots are not searched for: one short measurement for each number of threads. Forced, because
  // tests run on machines that are busy.
  const { code, stdout, stderr } = await tune({ ...settings, SLOTS: "3" }, "--force");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ +3 +1 +\d+\.\d +\d+ %$/m);
  const { entries } = JSON.parse(await readFile(TUNED_FILE, "utf8"));
  assert.equal(entries.length, 1);
  const [{ subject, settings: tuned, tokens_per_second }] = entries;
  assert.equal(subject.file, "bullpen-demo.gguf");
  assert.equal(tuned.slots, 3);
  assert.equal(tuned.context_tokens, 1_024);
  assert.ok(tokens_per_second > 1);

  const redis = await startTestRedis();
  const started = [{ SLOTS: "" }, { SLOTS: "2" }].map(
    (more) => new WorkerProcess({ REDIS_URL: redis.url, TUNED_FILE, GPU: "off", ...more }),
  );
  try {
    await Promise.all(started.map((worker) => worker.untilReady()));
    const seen = await until("both are seen", async () => {
      const workers = await new WorkerRegistry({ redis: redis.connection }).list();
      return workers.length === 2 && workers;
    });
    const slotsOf = (worker: WorkerProcess | undefined) => {
      const found = seen.find(({ pid }) => pid === worker?.child.pid);
      return [found?.slots, found?.context_tokens];
    };
    assert.deepEqual(slotsOf(started[0]), [3, 1_024]);
    assert.deepEqual(slotsOf(started[1]), [2, 1_024], "the environment takes precedence");
    assert.match(started[0]?.said ?? "", new RegExp(`"threads":${tuned.threads},`));
  } finally {
    for (const worker of started) worker.signal("SIGKILL");
    await Promise.all(started.map((worker) => worker.ended()));
    await redis.stop();
  }
});

test(verifies(["tune-measures"], "on a busy machine nothing is chosen and nothing written"), async () => {
  const spinners = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
  );
  try {
    const TUNED_FILE = join(folder, "busy.json");
    const { code, stderr } = await tune({ TUNED_FILE, GPU: "off", SLOTS: "2", THREADS: "1" });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /The machine is busy: other processes took \d+ % of its CPUs\..*Nothing was written/,
    );
    assert.ok(!(await readdir(folder)).includes("busy.json"));
  } finally {
    for (const spinner of spinners) spinner.kill("SIGKILL");
  }
});

test("a tuned file that is none is named, with what to do", async () => {
  const TUNED_FILE = join(folder, "broken.json");
  await writeFile(TUNED_FILE, '{"version": 1, "entries": [{}]}');
  const { code, stderr } = await tune({ TUNED_FILE }, "--dry-run");
  assert.equal(code, 1);
  assert.match(stderr, /broken\.json holds no tuned settings of this version\. Delete it/);
  const wrong = await runToEnd(["apps/cli/bin/bullpen.js", "tune", "--seconds", "many"]);
  assert.match(wrong.stderr, /--seconds many: must be a number, at least 5/);
});
