import assert from "node:assert/strict";
import { test } from "node:test";
import type { BatchView } from "@bullpen/protocol";
import { followResults } from "./batch-results.js";

/** What one request gives: parts of bytes, and whether the connection breaks after them. */
interface Given {
  readonly parts: readonly string[];
  readonly breaks?: boolean;
}

/** Follows a batch of `total` lines whose requests give these, one after the other. */
async function follow(given: readonly Given[], total: number, statuses: readonly string[] = []) {
  const asked: number[] = [];
  let text = "";
  const results = followResults({
    id: "batch_1",
    after: 0,
    follow: true,
    signal: undefined,
    open: async ({ after }) => {
      const { parts, breaks } = given[asked.length] ?? { parts: [] };
      asked.push(after);
      return bytesOf(parts, breaks ?? false);
    },
    getBatch: async () =>
      // The fields that the function reads.
      ({ status: statuses[asked.length - 1] ?? "completed", request_counts: { total } }) as BatchView,
  });
  for await (const { bytes } of results) text += Buffer.from(bytes).toString();
  return { text, asked };
}

async function* bytesOf(parts: readonly string[], breaks: boolean): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
  if (breaks) throw new Error("reset");
}

test("lines come once and whole, however the stream is cut into parts", async () => {
  const { text, asked } = await follow([{ parts: ["a", "\nb\nc", "c", "c\n"] }], 3);
  assert.equal(text, "a\nb\nccc\n");
  assert.deepEqual(asked, [0]);
});

test("after a break it goes on after the last whole line", async () => {
  const given = [{ parts: ["a\nb"], breaks: true }, { parts: ["b\n"], breaks: true }, { parts: ["c\n"] }];
  const { text, asked } = await follow(given, 3, ["in_progress", "in_progress", "completed"]);
  assert.equal(text, "a\nb\nc\n");
  assert.deepEqual(asked, [0, 1, 2]);
});

test("a batch that has ended and keeps back lines is an error that says how many came", async () => {
  await assert.rejects(follow([{ parts: ["a\n"] }], 2), /gives 1 of the 2 result lines of batch_1/);
});
