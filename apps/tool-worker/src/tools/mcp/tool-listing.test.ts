import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedTool } from "./listed-tool.js";
import { ToolListing } from "./tool-listing.js";

const schema = { type: "object", properties: { q: { type: "string" } }, required: ["q"] };

/** Reads one page beside a tool that is right; what came of it, and what was warned of. */
function read(...values: unknown[]): { tools: ListedTool[]; warnings: string[] } {
  const warnings: string[] = [];
  const listing = new ToolListing({ wanted: undefined, onWarning: (text) => warnings.push(text) });
  listing.readPage([{ name: "good", inputSchema: schema }, ...values], true);
  assert.equal(listing.tools[0]?.name, "good");
  return { tools: listing.tools.slice(1), warnings };
}

test("missing and deviating fields are read if their meaning is clear", () => {
  const open = { type: "object" };
  const cases: [Record<string, unknown>, object][] = [
    [{ inputSchema: undefined }, { inputSchema: open }],
    [{ inputSchema: null }, { inputSchema: open }],
    [{ inputSchema: {} }, { inputSchema: open }],
    [{ inputSchema: [] }, { inputSchema: open }],
    [{ inputSchema: true }, { inputSchema: open }],
    [{ inputSchema: { type: "object", properties: null } }, { inputSchema: open }],
    [{ inputSchema: { type: "object", properties: [], required: null } }, { inputSchema: open }],
    [{ inputSchema: { ...schema, type: undefined } }, { inputSchema: schema }],
    [{ inputSchema: { ...schema, type: ["object", "null"] } }, { inputSchema: schema }],
    [{ inputSchema: { ...open, properties: { a: true, b: false } } }, {}],
    [{ inputSchema: { ...open, properties: { a: { type: "string", required: true } } } }, {}],
    [{ description: null }, {}],
    [{ description: 7, title: "A title" }, { description: "A title" }],
    [{ annotations: "none", outputSchema: null, title: [], icons: 7, _meta: null }, { isSafeToRerun: false }],
    [{ annotations: { readOnlyHint: true, title: 7 } }, { isSafeToRerun: true }],
  ];
  for (const [fields, expected] of cases) {
    const { tools, warnings } = read({ name: "odd", inputSchema: schema, ...fields });
    const [tool] = tools;
    assert.ok(tool, JSON.stringify(fields));
    for (const [name, value] of Object.entries(expected)) {
      assert.deepEqual(Reflect.get(tool, name), value, JSON.stringify(fields));
    }
    assert.deepEqual(warnings, []);
  }
});

test("a tool that cannot be read is left out alone, and named", () => {
  const cases: [unknown, RegExp][] = [
    [null, /"number 2" is left out: it has no name/],
    ["a tool", /"number 2" .*no name/],
    [{ name: "", inputSchema: schema }, /"number 2" .*no name/],
    [{ name: 7, inputSchema: schema }, /"number 2" .*no name/],
    [{ name: "odd", inputSchema: "object" }, /"odd" is left out: its inputSchema is not an object/],
    [{ name: "odd", inputSchema: { type: "string" } }, /"odd" .*is of type "string", not "object"/],
    [{ name: "odd", inputSchema: { type: "object", properties: 7 } }, /"odd" .*properties is not an object/],
    [
      { name: "odd", inputSchema: { type: "object", required: "q" } },
      /"odd" .*required is not a list of names/,
    ],
    [{ name: "odd", inputSchema: schema, description: "word ".repeat(40_000) }, /"odd" .* 65536 are allowed/],
    [{ name: "good", inputSchema: schema }, /"good" is left out: the server lists another/],
  ];
  for (const [value, warned] of cases) {
    const { tools, warnings } = read(value);
    assert.deepEqual(tools, []);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", warned);
  }
});

test("an endless listing is bounded, and reported once", () => {
  const warnings: string[] = [];
  const listing = new ToolListing({ wanted: undefined, onWarning: (text) => warnings.push(text) });
  for (let again = 0; again < 2; again++) {
    let pages = 0;
    while (!listing.readPage([{ name: `t${pages}` }], pages === 0).isLast) pages++;
    assert.ok(listing.tools.length <= 50);
    const many = Array.from({ length: 1_500 }, (_, i) => ({ name: `t${i}` }));
    assert.equal(listing.readPage(many, true).isLast, true);
    assert.equal(listing.tools.length, 500);
  }
  assert.match(warnings[0] ?? "", /more than 50 pages/);
  assert.match(warnings[1] ?? "", /"t500" is left out: the server lists more than 500\. .*bullpen\.tools/);
  assert.ok(warnings.length <= 100);
});

test("only the tools to offer are read, and only their faults reported", () => {
  const warnings: string[] = [];
  const listing = new ToolListing({ wanted: ["b", "c"], onWarning: (text) => warnings.push(text) });
  listing.readPage([{ name: "a", inputSchema: 7 }, { name: "b" }, { name: "c", inputSchema: 7 }], true);
  assert.deepEqual(
    listing.tools.map(({ name }) => name),
    ["b"],
  );
  assert.equal(warnings.length, 1);
});
