import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { answerOf, batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { runCli, startCli } from "../testing/cli.js";

let harness: BatchHarness;
const folder = await mkdtemp(join(tmpdir(), "bullpen-cli-batch-"));

before(async () => {
  harness = await startBatchHarness({
    script: ({ messages }) => finalAnswer(`You said: ${messages.at(-1)?.content}`),
  });
});
after(async () => {
  await harness.stop();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function submit(...args: string[]) {
  return runCli(["batch", "submit", ...args, "--url", harness.api.url]);
}

async function answers(path: string): Promise<[string, string | undefined][]> {
  const results = parseJsonl<ResultLine>(await readFile(path, "utf8"));
  return results.map((line) => [line.custom_id, answerOf(line)]);
}

const formats: [name: string, content: string, wanted: [string, string][]][] = [
  [
    "questions.txt",
    "one\n\n two, three \n",
    [
      ["line-1", "You said: one"],
      ["line-3", "You said: two, three"],
    ],
  ],
  [
    "questions.csv",
    'custom_id,Question,system\na,"one, ""two""",Be brief.\n,"three\nfour",\n,five,\n',
    [
      ["a", 'You said: one, "two"'],
      ["line-3", "You said: three\nfour"],
      ["line-5", "You said: five"],
    ],
  ],
  [
    "queries.jsonl",
    '{"custom_id":"a","query":"one","tools":["Calculator"],"max_steps":2}\n{"query":"two"}',
    [
      ["a", "You said: one"],
      ["line-2", "You said: two"],
    ],
  ],
  ["batch.jsonl", `${batchLine("a", "one")}\n`, [["a", "You said: one"]]],
];
for (const [name, content, wanted] of formats) {
  test(`a file in each format is answered in its order: ${name}`, async () => {
    const output = join(folder, `${name}.results`);
    const { code, stdout, stderr } = await submit(await file(name, content), "-o", output);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^batch_[0-9a-z]{24}\n$/);
    assert.match(stderr, new RegExp(`completed after .*: ${wanted.length} answered, 0 failed`));
    assert.deepEqual(await answers(output), wanted);
  });
}

test("a file in the batch form is sent byte for byte, other formats by way of standard input too", async () => {
  const content = `\n${batchLine("ä", "one")}  \r\n`;
  const direct = JSON.parse((await submit(await file("verbatim.jsonl", content), "--json")).stdout);
  assert.equal(await harness.client.files.text(direct.input_file_id), content);
  const args = ["batch", "submit", "-", "--format", "text", "--metadata", "a=b=c", "--metadata", "d="];
  const piped = await runCli([...args, "--json", "--watch", "--url", harness.api.url], "one\ntwo");
  const batch = JSON.parse(piped.stdout);
  assert.deepEqual(batch.metadata, { a: "b=c", d: "" });
  assert.deepEqual(batch.request_counts, { total: 2, completed: 2, failed: 0 });
});

test("a bad row stops before anything is created, and no temporary file stays", async () => {
  const path = await file("bad.csv", `query,b\n${"fine,1\n".repeat(5_000)},2\n`);
  const env = { TMPDIR: join(folder, "tmp") };
  await mkdir(env.TMPDIR);
  const counted = async () => [
    (await harness.client.files.list()).data.length,
    (await harness.client.batches.list()).data.length,
  ];
  const earlier = await counted();
  const { code, stderr } = await startCli(["batch", "submit", path, "--url", harness.api.url], { env }).ended;
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `${path}, line 5002: The column query is empty. Fill it in, or remove the row. Nothing was sent.\n`,
  );
  assert.deepEqual(await counted(), earlier);
  assert.deepEqual(await readdir(env.TMPDIR), []);
});

test("errors of the server name the lines of the user's own file", async () => {
  const path = await file("twice.csv", 'custom_id,query\na,"two\nlines"\n\nb,x\na,again\n');
  const { code, stderr } = await submit(path, "--watch");
  assert.equal(code, 1);
  assert.match(stderr, /the input was refused\.\n {2}line 6: The custom_id "a" is used on line 2 already/);
});

test("lines that failed give exit code 3, and --errors shows them alone", async () => {
  const path = await file("half.jsonl", `${batchLine("good", "x")}\n${batchLine("bad", "x", { n: 99 })}\n`);
  const { code, stdout, stderr } = await submit(path, "--watch");
  assert.equal(code, 3);
  assert.match(stderr, /1 answered, 1 failed/);
  const errors = await runCli(["batch", "results", stdout.trim(), "--errors", "--url", harness.api.url]);
  assert.equal(errors.code, 0);
  assert.deepEqual(
    parseJsonl<ResultLine>(errors.stdout).map((line) => line.custom_id),
    ["bad"],
  );
});

const mistakes: [what: string, args: string[], message: RegExp][] = [
  [
    "a file that is not there",
    [join(folder, "absent.txt")],
    /There is no file .*absent\.txt\. Check the name/,
  ],
  ["a folder", [folder], /is a folder\. Name a file in it/],
  ["an empty file", [await file("empty.txt", "")], /The file is empty/],
  ["blank lines alone", [await file("blank.txt", "\n \n")], /There is no question in it/],
  ["a name that says nothing", [await file("data.bin", "x")], /data\.bin does not say.*--format/],
  ["standard input without a format", ["-"], /--format jsonl, csv, tsv or text/],
  [
    "an output that is there",
    [await file("x.txt", "x"), "-o", await file("kept.jsonl", "kept\n")],
    /kept\.jsonl is there already/,
  ],
  [
    "an output without a folder",
    [await file("y.txt", "x"), "-o", join(folder, "no/x")],
    /folder of .* is not there/,
  ],
  [
    "metadata out of bounds",
    [await file("z.txt", "x"), "--metadata", `${"k".repeat(65)}=v`],
    /--metadata takes 16 notes/,
  ],
];
for (const [what, args, message] of mistakes) {
  test(`a mistake is a sentence with a remedy: ${what}`, async () => {
    const { code, stdout, stderr } = await submit(...args);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.equal(stderr.trim().split("\n").length, 1);
  });
}

test("an unreachable api is reported at once", async () => {
  const { code, stderr } = await runCli(["batch", "list", "--url", "http://127.0.0.1:9"]);
  assert.equal(code, 1);
  assert.match(stderr, /^No Bullpen answers at http:\/\/127\.0\.0\.1:9 .*npx bullpen up.*--url\.\n$/);
});
