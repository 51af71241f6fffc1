// `npm run test:signals`: every way to end a stack, in every phase of its life (3 minutes).
import assert from "node:assert/strict";
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

const skip = CAN_SEE_PROCESSES ? false : "only Linux shows the environment of processes";
const RUNS = "Ctrl-C stops everything.";

let stack: StartedStack;
afterEach(() => stack.close());

async function start(options: StartedStackOptions = {}): Promise<void> {
  stack = await startUp({ ...options, env: { SHUTDOWN_GRACE_SECONDS: "1", ...options.env } });
}

const DURING_START = {
  SIGTERM: /starting api/,
  SIGINT: /starting Redis/,
  SIGHUP: /starting api/,
  SIGQUIT: /starting Redis/,
} as const;
for (const [signal, moment] of Object.entries(DURING_START)) {
  test(`${signal} while a stack starts leaves nothing behind`, { skip }, async () => {
    await start();
    await stack.untilSaid(moment);
    stack.process.kill(signal as keyof typeof DURING_START); // the table's own keys
    await stack.ended;
    await assertGone(stack, 1_000);
    assertFolderReleased(stack);
  });
}

for (const delayMs of [0, 300, 700]) {
  test(`a stack that is killed ${delayMs} ms after its first processes leaves none of them`, {
    skip,
  }, async () => {
    await start();
    await stack.untilSaid(/starting worker/);
    await sleep(delayMs);
    stack.process.kill("SIGKILL");
    await assertGone(stack, 20_000);
  });
}

test("Ctrl-C twice kills a stack whose processes do not stop, Redis included", { skip }, async () => {
  await start({ env: { SHUTDOWN_GRACE_SECONDS: "600" } });
  await stack.untilSaid(RUNS);
  process.kill(await stack.pidOf("worker"), "SIGSTOP");
  stack.process.kill("SIGINT");
  stack.process.kill("SIGINT"); // npm passes on what the terminal has sent: that is no second Ctrl-C
  await stack.untilSaid("stopping");
  await sleep(1_000);
  assert.equal(stack.process.exitCode, null);
  stack.process.kill("SIGINT");
  await stack.ended;
  await assertGone(stack, 1_000);
  assertFolderReleased(stack);
});

test("a stack that is killed takes everything with it, what does not answer too", { skip }, async () => {
  await start();
  await stack.untilSaid(RUNS);
  process.kill(await stack.pidOf("batcher"), "SIGSTOP");
  stack.process.kill("SIGKILL");
  await assertGone(stack, 40_000);
});

test("a stack ends when nobody can read what it says any more", { skip }, async () => {
  await start();
  await stack.untilSaid(RUNS);
  stack.process.stdout?.destroy();
  stack.process.stderr?.destroy();
  process.kill(await stack.pidOf("dashboard"), "SIGKILL"); // which it will tell
  await stack.ended;
  await assertGone(stack, 1_000);
  assertFolderReleased(stack);
});
