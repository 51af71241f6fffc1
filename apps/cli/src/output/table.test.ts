import assert from "node:assert/strict";
import { test } from "node:test";
import { fitTable } from "./table.js";

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
