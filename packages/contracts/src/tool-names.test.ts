import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  foldToolName,
  MAX_TOOL_NAME_LENGTH,
  matchToolName,
  queueOfTool,
  toolNameSchema,
} from "./tool-names.js";
import { BUILT_IN_TOOLS, toolDefinitionSchema } from "./tools.js";

/** Names that are easily taken for each other, each a tool of its own. */
const ALIKE = [
  ["天气", "路线", "天 气", "-", "--", "", "?"],
  ["getUser", "getuser", "GETUSER", "get user", "get-user", "get_user", "get.user", "get/user", "get:user"],
  ["café", "cafe\u0301", "cafe", "CAFÉ", "caf\u00e9 "],
  ["Straße", "strasse", "STRASSE", "straße"],
  ["ﬁle", "file", "FILE", "f\u0131le", "fİle"],
  [" a", "a ", "a", "a\n", "a\t", "\u00a0a", "a\u200b", "a\u202e"],
  ["__proto__", "constructor", "..", ".", "hasOwnProperty"],
  ["🐂", "🐃", "🐂\ufe0f", "👩‍💻", "👩💻"],
  ["x".repeat(100), "x".repeat(101), `${"x".repeat(100)}y`, "X".repeat(100), `${"x".repeat(90)}z`],
].map((group) => group.filter((name) => name !== ""));

/** Every name of {@link ALIKE}, alone and behind servers' names, and what is made of it by small changes. */
function* names(): Generator<string> {
  for (const base of ALIKE.flat()) {
    for (const prefix of ["", "db.", "DB.", "a-very-long-name-of-an-mcp-server-40-char."]) {
      const name = prefix + base;
      yield name;
      yield `${name}${name}`;
      yield queueOfTool(name);
      yield queueOfTool(name).slice(0, -1);
      for (const other of ["é", "/", " ", "7", "Z"]) yield name + other;
    }
  }
  // mulberry32 from a fixed seed: the same names each time.
  let seed = 7;
  const random = (below: number) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  const alphabet = Array.from("aAbB.-_/ :éÉ天路\u0301🐂0\u0000");
  for (let i = 0; i < 20_000; i++) {
    const length = 1 + (i % 5 === 0 ? random(200) : random(4));
    yield Array.from({ length }, () => alphabet[random(alphabet.length)]).join("");
  }
}

const ALL = [...new Set(names())].filter((name) => toolNameSchema.safeParse(name).success);

describe("queueOfTool", () => {
  test("no two names share a queue, and every queue can be one", () => {
    const queues = new Map<string, string>();
    for (const name of ALL) {
      const queue = queueOfTool(name);
      assert.equal(queues.get(queue), undefined, `${JSON.stringify(name)} and ${queues.get(queue)}`);
      queues.set(queue, name);
      assert.match(queue, /^[a-z0-9][a-z0-9._-]{0,89}$/);
      assert.ok(toolDefinitionSchema.shape.queue.safeParse(queue).success);
    }
    assert.ok(ALL.length > 10_000);
  });

  test("plain names keep the queues that they had, and so do the built-in tools", () => {
    for (const name of ["get-sum", "local.get-sum", "db.read_file", "0x", "a--b", "a".repeat(64)]) {
      assert.equal(queueOfTool(name), name);
    }
    assert.deepEqual(
      BUILT_IN_TOOLS.map((tool) => tool.queue),
      ["calculator", "search"],
    );
  });

  test("the readable part of a name is in its queue's name", () => {
    assert.match(queueOfTool("Convert Length"), /^convert-length--[0-9a-f]{16}$/);
    assert.match(queueOfTool("maps.天气"), /^maps\.---[0-9a-f]{16}$/);
    assert.match(queueOfTool("天气"), /^tool--[0-9a-f]{16}$/);
  });
});

describe("matchToolName", () => {
  test("the very same name is meant first, whatever others there are", () => {
    for (const group of ALIKE) {
      for (const name of group) assert.equal(matchToolName(name, group), name);
    }
  });

  test("another way to write a name is read where it can mean one tool only", () => {
    const known = ["Calculator", "getUser", "getuser", "café"];
    const cases: [string, string | undefined][] = [
      ["calculator", "Calculator"],
      [" CALCULATOR\n", "Calculator"],
      ["cafe\u0301", "café"],
      ["ＣＡＦÉ", "café"],
      ["GetUser", undefined],
      ["calculators", undefined],
      ["", undefined],
    ];
    for (const [written, meant] of cases) assert.equal(matchToolName(written, known), meant, written);
    assert.equal(matchToolName("x", []), undefined);
    assert.equal(matchToolName("x", ["X", "X"]), "X", "listed twice is one");
    assert.equal(foldToolName("Final Answer "), "final answer");
  });
});

test("a name may be as long as an MCP server's and its tool's together, and must be one that can be sent", () => {
  const longest = `${"s".repeat(40)}.${"t".repeat(128)}`;
  assert.ok(toolNameSchema.safeParse(longest).success);
  assert.ok(toolNameSchema.safeParse("x".repeat(MAX_TOOL_NAME_LENGTH)).success);
  const tooLong = toolNameSchema.safeParse("x".repeat(MAX_TOOL_NAME_LENGTH + 1));
  assert.equal(tooLong.error?.issues[0]?.message, "is 257 characters long; at most 256 are taken");
  assert.equal(toolNameSchema.safeParse("a\ud800").success, false);
  assert.equal(toolNameSchema.safeParse("").success, false);
});
