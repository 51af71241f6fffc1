import assert from "node:assert/strict";
import { test } from "node:test";
import { programSource } from "./program-source.js";

test("what is no Python around a program is taken off", () => {
  const cases: [string, string][] = [
    ["output = 1", "output = 1"],
    ["```\noutput = 1\n```", "output = 1"],
    ["\ufeff \n ```python3 \t\r\noutput = 1\r\n  ```\n", "output = 1"],
    ["```c++\na = 1\n\n  b\n```", "a = 1\n\n  b"],
    ["```\n```", ""],
    ["```", "```"],
    ["``````", "``````"],
    ["```not a language\noutput = 1\n```", "```not a language\noutput = 1\n```"],
    ["```\noutput = '```'", "```\noutput = '```'"],
    ["```\noutput = '```'\n```", "output = '```'"],
    ["\ufeffoutput = 1", "output = 1"],
    [" \t\r\n\n  if x:\n    y\n \n", "  if x:\n    y"],
    ["   output = 1", "output = 1"],
    [" \n\t", ""],
  ];
  for (const [input, source] of cases) assert.equal(programSource(input), source, JSON.stringify(input));
});

test("the time that it takes grows with the length of the program and no faster", () => {
  const length = 256 * 1024;
  const shapes: ((n: number) => string)[] = [
    (n) => `\`\`\`\n${" ".repeat(n)}x`,
    (n) => `\`\`\`\n${" ".repeat(n)}x\n\`\`\``,
    (n) => `\`\`\`\n${`\`\`\`${" ".repeat(9)}`.repeat(n / 12)}x`,
    (n) => `\`\`\`\n${"\n".repeat(n)}x`,
    (n) => `\`\`\`${"a".repeat(n)}`,
    (n) => `\`\`\`${" ".repeat(n)}\nx\`\`\``,
    (n) => `${" ".repeat(n)}x`,
    (n) => `x${" ".repeat(n)}y`,
    (n) => `${" \n".repeat(n / 2)}x`,
    (n) => "`".repeat(n),
    (n) => "\ufeff".repeat(n),
  ];
  const before = process.cpuUsage();
  for (const shape of shapes) programSource(shape(length));
  const { user } = process.cpuUsage(before);
  // Some milliseconds; work that grows with the square of the length would take minutes.
  assert.ok(user < 5_000_000, `${user / 1e6} s`);
});
