import assert from "node:assert/strict";
import { test } from "node:test";
import { findInCatalogue, readCatalogue } from "@bullpen/llm/models";
import { checkBytes, checkMemory } from "./check-memory.js";

const LAPTOP = { gpus: [], ram: 8e9 };

function check(name: string, memory: Parameters<typeof checkMemory>[2]): void {
  const entry = findInCatalogue(name);
  assert.ok(entry);
  checkMemory(name, { uri: entry.uri, entry }, memory);
}

test("a model that fits the GPUs or the memory passes", () => {
  check("qwen3-4b-instruct", LAPTOP);
  check("mixtral-8x7b-instruct", { gpus: [24e9, 24e9], ram: 8e9 });
});

test("a model that does not fit is refused with the largest that do, and how to have it all the same", () => {
  assert.throws(() => check("mixtral-8x7b-instruct", LAPTOP), {
    message:
      "mixtral-8x7b-instruct needs 29 GB and does not fit this machine: its memory is 8.0 GB. These fit: qwen2.5-7b-instruct (4.7 GB), qwen3-4b-instruct (2.5 GB), and phi-4-mini-instruct (2.5 GB). To download it all the same: npx bullpen models pull mixtral-8x7b-instruct --force",
  });
});

test("where nothing fits, demo is left", () => {
  assert.throws(() => check("qwen3-4b-instruct", { gpus: [], ram: 1e9 }), /fits but demo\. To download/);
});

test("every suggestion fits", () => {
  for (const ram of readCatalogue().map(({ bytes, about_gb }) => (bytes ?? (about_gb ?? 0) * 1e9) * 1.05)) {
    const memory = { gpus: [], ram };
    try {
      checkBytes("hf:maker/huge:Q8_0", 1e15, memory);
      assert.fail("a petabyte fits nowhere");
    } catch (error) {
      const { message } = error as Error; // what checkBytes and assert.fail throw
      const [, list = ""] = /These fit: (.*?)\. To/.exec(message) ?? [];
      const names = list.split(/,? and |, /).map((part) => part.replace(/ \(.*/, ""));
      for (const name of names.filter(Boolean)) check(name, memory);
    }
  }
});
