import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "./progress.js";

function screen(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

test("a terminal shows a bar that fits its width, and messages above it", () => {
  const terminal = screen(true);
  const progress = new Progress(terminal);
  progress.show({ fraction: 0.5, text: "5/10 lines, 2 failed" });
  const [drawn = ""] = terminal.written;
  assert.ok(drawn.startsWith("\r\x1b[2K████████████░░░░░░░░░░░░  50% 5/10"));
  assert.equal([...drawn.slice("\r\x1b[2K".length)].length, 39);
  progress.say("the api is away");
  assert.equal(terminal.written[1], `\r\x1b[2Kthe api is away\n${drawn.slice("\r\x1b[2K".length)}`);
  progress.clear();
  assert.equal(terminal.written[2], "\r\x1b[2K");
  progress.say("done");
  assert.equal(terminal.written[3], "done\n");
});

test("a log gets no line for work under a second, and no control characters", (t) => {
  t.mock.method(performance, "now", () => 500);
  const log = screen(false);
  const progress = new Progress(log);
  for (let i = 0; i <= 100; i++) progress.show({ fraction: i / 100, text: `${i}/100 lines` });
  progress.clear();
  progress.say("done");
  assert.deepEqual(log.written, ["done\n"]);
});

test("a log gets a line at each tenth, no more often than once a second, and one after ten seconds", (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const log = screen(false);
  const progress = new Progress(log);
  const lines = [
    { at: 1_500, done: 1 },
    { at: 3_000, done: 12 },
    { at: 3_500, done: 25 },
    { at: 5_000, done: 26 },
    { at: 9_000, done: 27 },
    { at: 15_000, done: 28 },
  ];
  for (const { at, done } of lines) {
    now = at;
    progress.show({ fraction: done / 100, text: `${done}/100 lines` });
  }
  assert.deepEqual(log.written, [" 12% 12/100 lines\n", " 26% 26/100 lines\n", " 28% 28/100 lines\n"]);
});
