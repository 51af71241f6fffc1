import assert from "node:assert/strict";
import { test } from "node:test";
import { fitTable, formatFacts } from "./table.js";

const ROWS = [
  ["model", "size", "here"],
  ["a-long-name", "26 GB", ""],
  ["b", "1 GB", "yes"],
];
const WIDE = ["model        size   here", "a-long-name  26 GB", "b            1 GB   yes"].join("\n");

test("columns are lined up, without spaces at the ends of lines", () => {
  assert.equal(fitTable(ROWS, { isTTY: true, columns: 80 }), WIDE);
});

test("on a narrow terminal each row takes two lines", () => {
  assert.equal(fitTable(ROWS, { isTTY: true, columns: 20 }), "a-long-name\n  26 GB\nb\n  1 GB, yes");
});

test("rows are whole where no terminal reads them, or one that gives no width has room", () => {
  assert.equal(fitTable(ROWS, { columns: 20 }), WIDE);
  assert.equal(fitTable(ROWS, { isTTY: true, columns: 0 }), WIDE);
});

test("no cell controls a terminal, or adds a line", () => {
  const rows = [
    ["name", "note"],
    ["\u001b[2J\u009b1m", "evil\u202egnp.exe\nroot# rm"],
  ];
  for (const text of [fitTable(rows), fitTable(rows, { isTTY: true, columns: 10 })]) {
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Bidi_Control}/u);
    assert.doesNotMatch(text, /^root/m);
  }
  assert.match(formatFacts([["note", rows[1]?.[1]]]).join("\n"), /^note {6}evil⟨RLO⟩gnp.exe root# rm$/);
});
