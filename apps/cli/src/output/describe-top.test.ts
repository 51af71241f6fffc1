import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkerView } from "@bullpen/contracts";
import type { BatchView, QueueView } from "@bullpen/protocol";
import { describeTop } from "./describe-top.js";
import { FullScreen } from "./full-screen.js";

const HOSTILE = "m\u001b[2J\u001b]0;x\u0007\u202e\r\nevil";
const QUEUE: QueueView = {
  ...{
    object: "queue",
    model: "demo",
    queued: 1_200,
    running: 3,
    waiting_for_tool: 2,
    completed: 40,
    not_completed: 1,
  },
};
const WORKER: WorkerView = {
  ...{ id: "w", host: "gpu-1", pid: 7, model: "demo", engine: "llama.cpp", slots: 8, busy_slots: 3 },
  ...{ context_tokens: 1, tokens_per_second: 20.5, gpus: [], started_at: 0, seen_at: 0 },
};
const failed = (code: "max_steps" | "no_progress") => ({ error: { code, message: HOSTILE } });

test("queues, workers, their sum and failures by code are told", () => {
  const failures = [failed("max_steps"), failed("no_progress"), failed("max_steps")];
  const workers = [WORKER, { ...WORKER, pid: 8, busy_slots: 8, tokens_per_second: 30 }];
  const text = describeTop({ queues: [QUEUE], workers, batches: [], failed: failures });
  assert.match(text.join("\n"), /^demo +1,200 +3 +2 +40 +1$/m);
  assert.ok(text.includes("11 of 16 slots busy, 51 tokens/s"));
  assert.deepEqual(text.slice(-3), [
    "failures among the newest 3 that failed",
    "  max_steps  2",
    "  no_progress  1",
  ]);
});

test("without workers and batches it says so", () => {
  const text = describeTop({ queues: [], workers: [], batches: [], failed: [] });
  assert.equal(text.at(-1), "no worker runs: queries wait");
});

test("a hostile name neither controls the terminal nor breaks a line", () => {
  // A cast: the parts that are shown.
  const batch = {
    id: HOSTILE,
    status: HOSTILE,
    request_counts: { total: 0, completed: 0, failed: 0 },
    bullpen: { paused_at: null },
  } as unknown as BatchView;
  const queues = [{ ...QUEUE, model: HOSTILE }];
  const workers = [{ ...WORKER, host: HOSTILE, model: HOSTILE }];
  for (const line of describeTop({ queues, workers, batches: [batch], failed: [] })) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  }
});

test("a screen is cut to the terminal, and gives it back as it was", () => {
  let written = "";
  const screen = new FullScreen({ columns: 4, rows: 2, write: (text) => (written += text) });
  screen.draw(["abcdefg", "\u{1f600}bcdef", "below"]);
  screen.close();
  assert.ok(written.startsWith("\x1b[?1049h") && written.endsWith("\x1b[?1049l"));
  assert.ok(written.includes("abcd\x1b[K\r\n\u{1f600}bcd\x1b[K\x1b[J"));
  assert.ok(!written.includes("below"));
});
