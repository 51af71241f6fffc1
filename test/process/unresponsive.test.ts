import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { SupervisedProcess } from "@bullpen/runtime";
import { until } from "../testing/until.js";

const ENTRY = fileURLToPath(new URL("./steerable-process.js", import.meta.url));
const WATCHDOG_SECONDS = 2;

const started: SupervisedProcess[] = [];
after(() => {
  for (const process of started) process.kill();
});

interface Watched {
  readonly process: SupervisedProcess;
  readonly pid: number;
  readonly restarts: string[];
  log(): string;
}

async function start(settings: Readonly<Record<string, string>> = {}): Promise<Watched> {
  const restarts: string[] = [];
  let log = "";
  const supervised = new SupervisedProcess({
    name: "steerable process",
    entry: ENTRY,
    workingFolder: process.cwd(),
    env: { WATCHDOG_SECONDS: String(WATCHDOG_SECONDS), SHUTDOWN_GRACE_SECONDS: "0", ...settings },
    watchdogSeconds: WATCHDOG_SECONDS,
    onOutput: (chunk) => {
      log += chunk.toString();
    },
    onRestart: (_name, reason) => restarts.push(reason),
  });
  started.push(supervised);
  await supervised.start();
  assert.ok(supervised.pid);
  return { process: supervised, pid: supervised.pid, restarts, log: () => log };
}

async function untilReplaced({ process, pid }: Watched): Promise<void> {
  await until("another process is ready", () => process.isReady && process.pid !== pid, 60_000);
}

// Side by side: they mostly wait.
describe("a process that does not answer", { concurrency: true }, () => {
  const WAYS = {
    "an endless loop": ["/endless-loop", /"stack":\["\/endless-loop \(file:.*steerable-process\.js:\d+\)"/],
    "a regular expression without an end": ["/regular-expression", /"stack":\[/],
    "a wait in native code": ["/wait-in-native-code", /"level":60/],
  } as const;
  for (const [name, [path, logged]] of Object.entries(WAYS)) {
    test(`a process whose event loop is held up by ${name} is killed, says where it was, and starts again`, async () => {
      const watched = await start();
      await fetch(watched.process.url + path, { method: "POST" });
      await untilReplaced(watched);
      assert.match(watched.restarts.join(), /^SIGKILL: the event loop has not turned for 2 s/);
      assert.match(watched.log(), /"level":60,.*"app":"steerable".*the event loop has not turned for 2 s/);
      assert.match(watched.log(), logged);
    });
  }

  test("a process that is stopped for good is killed by its supervisor and starts again", async () => {
    const watched = await start();
    process.kill(watched.pid, "SIGSTOP");
    await untilReplaced(watched);
    assert.deepEqual(watched.restarts, ["it did not answer for 7 s and was killed"]);
  });

  test("a process goes on after a pause that outlasts its own watchdog's patience, and under a debugger", async () => {
    const paused = await start();
    process.kill(paused.pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, (WATCHDOG_SECONDS + 1) * 1_000));
    process.kill(paused.pid, "SIGCONT");
    const debugged = await start({ NODE_OPTIONS: "--inspect=127.0.0.1:0", WATCHDOG_SECONDS: "1" });
    await fetch(`${debugged.process.url}/endless-loop`, { method: "POST" });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    assert.equal(paused.process.pid, paused.pid);
    assert.ok((await fetch(paused.process.url)).ok);
    assert.equal(debugged.process.pid, debugged.pid);
  });

  test("a process whose parts do not stop is gone within its grace and the time to close", async () => {
    const { process, log } = await start();
    const startedAt = performance.now();
    await process.stop(60_000);
    assert.ok(performance.now() - startedAt < 20_000);
    assert.match(log(), /the stop took longer than 5 s and is cut short/);
  });

  test("a process that holds up its event loop while it is told to stop is killed at the end of its grace", async () => {
    const { process, log } = await start({ WATCHDOG_SECONDS: "600" });
    await fetch(`${process.url}/endless-loop`, { method: "POST" });
    const isSilent = () =>
      fetch(process.url, { signal: AbortSignal.timeout(500) }).then(
        () => false,
        () => true,
      );
    await until("it is held up", isSilent);
    const startedAt = performance.now();
    await process.stop(1_000);
    assert.ok(performance.now() - startedAt < 20_000);
    assert.doesNotMatch(log(), /"signal"/);
  });

  test("the end of a process is told by its exit code, not by a warning of Node", async () => {
    const watched = await start();
    await fetch(`${watched.process.url}/warn-and-exit`, { method: "POST" });
    await untilReplaced(watched);
    assert.deepEqual(watched.restarts, ["exit code 3"]);
  });
});
