import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseCase } from "@bullpen/evaluation";
import { runCli } from "../testing/cli.js";
import { ROOT } from "../testing/run-app.js";

const folder = await mkdtemp(join(tmpdir(), "bullpen-import-"));
after(() => rm(folder, { recursive: true, force: true }));

/** Written by pyarrow, as published files are: Snappy with several row groups, gzip with nested lists. */
const PARQUET = join(ROOT, "test/testing/datasets");

async function imported(source: string, path: string, ...options: string[]) {
  const { code, stdout, stderr } = await runCli(["eval", "import", source, path, ...options]);
  assert.equal(code, 0, stderr);
  const cases = stdout.split("\n").flatMap((line) => (line === "" ? [] : [parseCase(line)]));
  return { cases, stderr };
}

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test("GSM8K comes from JSONL and from Parquet", async () => {
  const rows = [5, 6].map((i) => ({ question: `${i}?`, answer: `<<${i}=${i}>>\n#### ${i}` }));
  const path = await file("gsm8k.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const lines = await imported("gsm8k", path);
  assert.deepEqual(
    lines.cases.map(({ id, answer }) => [id, answer]),
    [
      ["gsm8k-1", "5"],
      ["gsm8k-2", "6"],
    ],
  );
  const { cases, stderr } = await imported("gsm8k", join(PARQUET, "gsm8k.parquet"));
  assert.equal(cases.length, 1_500, "all row groups");
  assert.equal(cases[1_499]?.answer, "2,999");
  assert.match(stderr, /^1,500 cases of /);
  assert.equal((await imported("gsm8k", join(PARQUET, "gsm8k.parquet"), "--limit", "7")).cases.length, 7);
});

test("HotpotQA comes from one JSON array and from Parquet", async () => {
  const row = {
    _id: "5a",
    question: "Who?",
    answer: "Ann",
    type: "bridge",
    context: [["T", ["One.", " Two."]]],
  };
  const array = await imported(
    "hotpotqa",
    await file("hotpot.json", JSON.stringify([row, { ...row, _id: "5b" }])),
  );
  assert.deepEqual(
    array.cases.map(({ id }) => id),
    ["5a", "5b"],
  );
  assert.deepEqual(array.cases[0]?.documents, [{ title: "T", text: "One. Two." }]);
  const { cases } = await imported("hotpotqa", join(PARQUET, "hotpotqa.parquet"));
  assert.equal(cases.length, 3);
  assert.deepEqual(cases[0]?.documents?.[1], { title: "Bé", text: "Drei." });
});

test("GAIA brings text files of its folder, and none of other folders", async () => {
  const row = { Question: "How many?", Level: 1, "Final answer": "3" };
  const rows = [
    { ...row, task_id: "plain", file_name: "" },
    { ...row, task_id: "text", file_name: "data.csv" },
    { ...row, task_id: "image", file_name: "x.png" },
    { ...row, task_id: "outside", file_name: "../../etc/hosts.txt" },
    { ...row, task_id: "hidden", "Final answer": "?" },
  ];
  await file("data.csv", "a,b\n1,2\n");
  const path = await file("metadata.jsonl", rows.map((each) => `${JSON.stringify(each)}\n`).join(""));
  const { cases, stderr } = await imported("gaia", path);
  assert.deepEqual(
    cases.map(({ id }) => id),
    ["plain", "text"],
  );
  assert.deepEqual(cases[1]?.documents, [{ title: "data.csv", text: "a,b\n1,2\n" }]);
  assert.match(
    stderr,
    /1 because its file is no text, 1 because its file is in another folder, 1 because the answer is not published/,
  );
});

test("what is wrong with a file is said with the row", async () => {
  const rows: readonly (readonly [source: string, name: string, content: string, message: RegExp])[] = [
    ["gsm8k", "a.jsonl", '{"question":"q","answer":"5"}\n', /row 1: answer: does not end with ####/],
    ["gsm8k", "b.jsonl", "{\n", /line 1: The line is not JSON/],
    ["gsm8k", "c.parquet", "no Parquet at all", /c\.parquet cannot be read: /],
    ["gsm8k", "d.txt", "x", /must be named \.jsonl, \.json or \.parquet/],
    ["hotpotqa", "e.json", '{"question":"q"}', /must hold an array/],
    [
      "gaia",
      "f.jsonl",
      '{"task_id":"t","Question":"q","Final answer":"?"}\n',
      /gave no case; left out: 1 because/,
    ],
  ];
  for (const [source, name, content, message] of rows) {
    const { code, stderr } = await runCli(["eval", "import", source, await file(name, content)]);
    assert.equal(code, 1, name);
    assert.match(stderr, message);
  }
  const missing = await runCli(["eval", "import", "gsm8k", join(folder, "missing.parquet")]);
  assert.match(missing.stderr, /There is no file/);
  const output = join(folder, "made.jsonl");
  await runCli(["eval", "import", "gsm8k", join(PARQUET, "gsm8k.parquet"), "-o", output]);
  assert.equal((await readFile(output, "utf8")).split("\n").length, 1_501);
});
