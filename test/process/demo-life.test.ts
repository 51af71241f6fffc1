import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { findRunningStacks } from "@bullpen/cli/stack/data-folder";
import { ROOT } from "../testing/run-app.js";
import { until } from "../testing/until.js";

/** `npm run demo` as a user starts it, with whatever folders and ports it finds. */
class Demo {
  readonly child: ChildProcess;
  said = "";

  constructor() {
    this.child = spawn(process.execPath, ["scripts/start.mjs", "demo"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.said += chunk.toString();
      });
    }
  }

  async untilUp(): Promise<{ apiUrl: string; redisPid: number }> {
    await until(
      "the demo has answered its queries",
      () => this.said.includes("The stack stays up."),
      240_000,
    );
    const apiUrl = /^api +(\S+)/m.exec(this.said)?.[1] ?? "";
    const stacks = await findRunningStacks(join(ROOT, ".bullpen"));
    const own = stacks.find((stack) => stack.pid === this.child.pid);
    return { apiUrl, redisPid: own?.redis?.pid ?? 0 };
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const gone = new Promise<number | null>((resolve) => this.child.once("close", (code) => resolve(code)));
    this.child.kill(signal);
    return gone;
  }
}

const demos: Demo[] = [];
after(() => {
  for (const demo of demos) demo.child.kill("SIGKILL");
});

test("two demos run side by side, and Ctrl-C leaves nothing of either behind", async () => {
  demos.push(new Demo(), new Demo());
  const [first, second] = await Promise.all(demos.map((demo) => demo.untilUp()));
  assert.ok(first && second);
  assert.notEqual(first.apiUrl, second.apiUrl);
  for (const { apiUrl } of [first, second]) assert.equal((await fetch(`${apiUrl}/readyz`)).status, 200);

  assert.deepEqual(await Promise.all(demos.map((demo) => demo.end("SIGINT"))), [0, 0]);
  for (const { apiUrl, redisPid } of [first, second]) {
    await assert.rejects(fetch(`${apiUrl}/healthz`), "the api is gone");
    assert.equal(await isRunning(redisPid), false, "its Redis is gone");
  }
});

test("a demo that is killed takes its processes and its Redis with it, and the next one works in its folder", async () => {
  const demo = new Demo();
  demos.push(demo);
  const { apiUrl, redisPid } = await demo.untilUp();
  await demo.end("SIGKILL");
  await until("its api is gone", async () =>
    fetch(`${apiUrl}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  const next = new Demo();
  demos.push(next);
  await until("its Redis is gone", async () => !(await isRunning(redisPid)));
  await next.untilUp();
  assert.equal(await next.end("SIGINT"), 0);
});

async function isRunning(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes("redis-server");
}
