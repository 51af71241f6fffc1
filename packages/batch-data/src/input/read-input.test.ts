import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type ReadOptions, type RequestLine, readInput } from "./read-input.js";

const EXAMPLES = fileURLToPath(new URL("../../../../examples", import.meta.url));

async function read(text: string | Buffer, options: Partial<ReadOptions>): Promise<RequestLine[]> {
  const bytes = Buffer.from(text);
  // Cut anywhere, also within a character.
  async function* source() {
    for (let start = 0; start < bytes.byteLength; start += 7) yield bytes.subarray(start, start + 7);
  }
  const lines = readInput(source(), { name: "file", format: "text", defaults: {}, ...options });
  return collect(lines);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of source) all.push(value);
  return all;
}

/** What a request line asks, with the line that it comes from. */
function asked({ number, text }: RequestLine) {
  const { custom_id, body } = JSON.parse(text);
  return [number, custom_id, body.messages.map((message: { content: string }) => message.content)];
}

test("text: each line is a question, blank lines are skipped, ids are line numbers", async () => {
  const lines = await read("\uFEFFWer, wo?\r\n\r\n  日本  \nlast", {});
  assert.deepEqual(lines.map(asked), [
    [1, "line-1", ["Wer, wo?"]],
    [3, "line-3", ["日本"]],
    [4, "line-4", ["last"]],
  ]);
});

test("csv: quoted fields hold commas, quotes and line breaks; a row is named by its first line", async () => {
  const text =
    'Custom_ID, QUESTION ,system,model,note\n,"a, ""b""",,,\n\n,"two\nlines",Be brief.,m,x\n,,,,\nown,last,,,';
  const lines = await read(text, { format: "csv" });
  assert.deepEqual(lines.map(asked), [
    [2, "line-2", ['a, "b"']],
    [4, "line-4", ["Be brief.", "two\nlines"]],
    [7, "own", ["last"]],
  ]);
  assert.equal(JSON.parse(lines[1]?.text ?? "").body.model, "m");
});

test("lines end by LF, CRLF or CR, also mixed, in every format", async () => {
  const questions = [["one"], ["two, or so"], ["three"]];
  for (const [a, b] of [
    ["\n", "\n"],
    ["\r", "\r"],
    ["\r\n", "\r\n"],
    ["\r", "\n"],
    ["\n", "\r\n"],
    ["\r\n", "\r"],
  ] as const) {
    const forms = {
      text: `one${a}two, or so${b}three`,
      csv: `query,x${a}one,1${b}"two, or so",2${a}three,3`,
      tsv: `query\tx${a}one\t1${b}two, or so\t2${a}three\t3${b}`,
      jsonl: ["one", "two, or so", "three"].map((query) => JSON.stringify({ query })).join(a) + b,
    } as const;
    for (const [format, text] of Object.entries(forms)) {
      // The keys of an object are texts to the compiler.
      const lines = await read(text, { format: format as keyof typeof forms });
      const first = format === "csv" || format === "tsv" ? 2 : 1;
      assert.deepEqual(
        lines.map(asked),
        questions.map((question, i) => [first + i, `line-${first + i}`, question]),
        JSON.stringify([format, a, b]),
      );
    }
  }
});

test("csv: the header or a line sep= decides between commas, tabs and semicolons", async () => {
  const forms = [
    "query,system\n1; 2,s",
    "query;system\n1, 2;s",
    "query\tsystem\n1, 2\ts",
    '"query";"system, or none"\n1, 2;s',
    "sep=;\nquery;system\n1, 2;s",
    "\uFEFFsep=,\r\nquery,system\r\n1; 2,s",
    "sep=|\nquery|system\n1, 2; 3|s",
    "sep=\t\nquery\tsystem\n1, 2\ts",
  ];
  for (const text of forms) {
    const [row] = (await read(text, { format: "csv" })).map(asked);
    assert.ok(row?.[2].at(-1).startsWith("1"), text);
    const line = text.split(/\r?\n/).length;
    assert.deepEqual(row?.slice(0, 2), [line, `line-${line}`], text);
  }
  const [one] = (await read("question\nwas ist 2 plus 3; und dann?", { format: "csv" })).map(asked);
  assert.deepEqual(one?.[2], ["was ist 2 plus 3; und dann?"]);
});

test("a question's own id may equal a default id that no line has", async () => {
  const text = '{"query":"a","custom_id":"line-1"}\n{"query":"b","custom_id":"line-9"}\n{"query":"c"}';
  assert.deepEqual(
    (await read(text, { format: "jsonl" })).map((line) => asked(line)[1]),
    ["line-1", "line-9", "line-3"],
  );
});

test("csv: --column chooses the questions", async () => {
  const lines = await read("query,prompt\nx,y\n", { format: "csv", column: "Prompt" });
  assert.deepEqual(lines.map(asked), [[2, "line-2", ["y"]]]);
});

test("jsonl with query: fields go where a batch has them, options fill in what a line leaves open", async () => {
  const line = {
    custom_id: "a",
    query: "q",
    model: "m",
    tools: ["Search"],
    max_steps: 3,
    max_tokens: 64,
    max_total_tokens: 100,
    timeout_seconds: 9,
    temperature: 0,
    top_k: 4,
    metadata: { k: "v" },
  };
  const text = `${JSON.stringify(line)}\n{"query":"r"}`;
  const defaults = { model: "other", tools: [], max_steps: 5 };
  const [whole, bare] = (await read(text, { format: "jsonl", defaults })).map(({ text }) => JSON.parse(text));
  assert.deepEqual(whole, {
    custom_id: "a",
    method: "POST",
    url: "/v1/chat/completions",
    body: {
      model: "m",
      messages: [{ role: "user", content: "q" }],
      max_completion_tokens: 64,
      temperature: 0,
      top_k: 4,
      metadata: { k: "v" },
      bullpen: { tools: ["Search"], max_steps: 3, max_total_tokens: 100, timeout_seconds: 9 },
    },
  });
  assert.equal(bare.custom_id, "line-2");
  assert.equal(bare.body.model, "other");
  assert.deepEqual(bare.body.bullpen, { tools: [], max_steps: 5 });
});

test("the tier of the options is that of lines that name none", async () => {
  const text = '{"query":"a"}\n{"query":"b","service_tier":"priority"}';
  const lines = await read(text, { format: "jsonl", defaults: { service_tier: "flex" } });
  assert.deepEqual(
    lines.map(({ text }) => JSON.parse(text).body.service_tier),
    ["flex", "priority"],
  );
});

const REQUEST = '{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"messages":[]}}';

test("jsonl in the batch form is not changed", async () => {
  const lines = await read(`${REQUEST}\n\n${REQUEST}\n`, { format: "jsonl" });
  assert.deepEqual(
    lines.map(({ number, text, isVerbatim }) => [number, text, isVerbatim]),
    [
      [1, REQUEST, true],
      [3, REQUEST, true],
    ],
  );
});

const bad: [what: string, text: string | Buffer, options: Partial<ReadOptions>, message: RegExp][] = [
  [
    "bytes that are not UTF-8",
    Buffer.from("ok\nzw\xf6lf", "latin1"),
    {},
    /: file, line 2: The byte 0xF6 at offset 5 is not valid UTF-8.*iconv -f latin1 -t utf-8.*Nothing was sent/,
  ],
  [
    "UTF-16",
    Buffer.from("\ufeffquery\nx", "utf16le"),
    { format: "csv" },
    /: file: It is UTF-16.*iconv -f utf-16/,
  ],
  ["UTF-16 without a mark", Buffer.from("query\nx", "utf16le"), {}, /line 1: It holds NUL.*UTF-16/],
  ["a spreadsheet", Buffer.from("PK\x03\x04\x14"), { format: "csv" }, /: file: It is a ZIP file.*\.xlsx/],
  ["compressed", Buffer.from([0x1f, 0x8b, 8, 0, 9]), { format: "jsonl" }, /gunzip/],
  ["an array over lines", '[\n{"query":"a"}\n]', { format: "jsonl" }, /line 1: .*jq -c '\.\[\]'/],
  ["an object over lines", '{\n"query":"a"\n}', { format: "jsonl" }, /line 1: .*jq -c \. OLD/],
  [
    "two question columns",
    "query,Query\nx,y",
    { format: "csv" },
    /line 1: There is more than one column query/,
  ],
  ["two id columns", "\nid,query,id,custom_id,CUSTOM_ID\n", { format: "csv" }, /line 2: .* column custom_id/],
  ["two of the chosen column", "a,a\nx,y", { format: "csv", column: "A" }, /more than one column a/],
  [
    "an id that a later line has by its place",
    '{"query":"a","custom_id":"line-2"}\n{"query":"b"}',
    { format: "jsonl" },
    /line 1: The custom_id line-2 is what line 2/,
  ],
  [
    "an id that an earlier line has by its place",
    "query,custom_id\na,\nb,line-2\n",
    { format: "csv" },
    /line 3: The custom_id line-2 is what line 2/,
  ],
  [
    "a line that nests deeply",
    `{"query":"a","metadata":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    { format: "jsonl" },
    /line 1: /,
  ],
  [
    "a request that nests deeply",
    `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    { format: "jsonl" },
    /line 1: /,
  ],
  ["a name of a megabyte", `{"query":"a","${"x".repeat(1_000_000)}":1}`, { format: "jsonl" }, /^.{0,900}$/s],
  ["a line without end", "x".repeat(1_100_000), {}, /line 1: .*1048576 bytes.*split/],
  ["not JSON", '{"query":"a"}\n{', { format: "jsonl" }, /line 2: The line is not JSON/],
  ["JSON that is no object", "[1]", { format: "jsonl" }, /line 1: .*one JSON object/],
  ["an unknown field", '{"query":"a","temprature":1}', { format: "jsonl" }, /line 1: temprature is not/],
  ["a value out of range", '{"query":"a","top_p":7}', { format: "jsonl" }, /line 1: top_p: /],
  ["an empty query", '\n{"query":" "}', { format: "jsonl" }, /line 2: query: must not be empty/],
  ["two forms", `${REQUEST}\n{"query":"a"}`, { format: "jsonl" }, /line 2: .*Use one form/],
  [
    "a request without custom_id",
    REQUEST.replace("custom_id", "id"),
    { format: "jsonl" },
    /line 1: custom_id/,
  ],
  ["options for requests", REQUEST, { format: "jsonl", defaults: { model: "m" } }, /leave out --model/],
  ["no question column", "a,b\nx,y", { format: "csv" }, /line 1: .*query or question.*"a", "b".*--column/],
  ["an empty cell", 'query,b\n"x\ny",1\n,2', { format: "csv" }, /line 4: The column query is empty/],
  ["too many fields", "query\nyes, but", { format: "csv" }, /line 2: The row has 2 fields and the header 1/],
  ["an open quote", 'query,b\n"x,y\nz,1\n', { format: "csv" }, /double quote that opens a field/],
  ["a stray quote", 'query,b\nx"y,z\n', { format: "csv" }, /line 2: There is a double quote inside/],
];
for (const [what, text, options, message] of bad) {
  test(`refused by its line: ${what}`, async () => {
    await assert.rejects(read(text, options), message);
  });
}

for (const [name, format, count] of [
  ["questions.txt", "text", 4],
  ["questions.csv", "csv", 4],
  ["queries.jsonl", "jsonl", 44],
  ["batch.jsonl", "jsonl", 2],
] as const) {
  test(`the examples are taken: ${name}`, async () => {
    const text = await readFile(join(EXAMPLES, name));
    assert.equal((await read(text, { name, format })).length, count);
  });
}
