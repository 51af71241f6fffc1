import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { createBareMetrics } from "@bullpen/runtime";
import { listDocuments } from "./list-documents.js";
import { openLocalSearch } from "./open-local-search.js";
import { MAX_DOCUMENT_BYTES, readDocuments } from "./read-documents.js";
import { createSearchMetrics } from "./search-metrics.js";

const signal = new AbortController().signal;

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-documents-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function folderWith(t: TestContext, files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await emptyFolder(t);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

async function read(folder: string) {
  const { passages, leftOut, documents } = await readDocuments(await listDocuments(folder));
  return {
    documents,
    texts: passages.map(({ text, url }) => `${url}: ${text}`).sort(),
    leftOut: leftOut.map(({ path, problem }) => `${path}: ${problem}`).sort(),
  };
}

/** The provider with what it told the operator. */
function open(documents: string) {
  const said: string[] = [];
  const say = (facts: object, message: string) => said.push(`${message} ${JSON.stringify(facts)}`);
  const registry = createBareMetrics("tool-worker");
  const metrics = createSearchMetrics(registry);
  // A logger's methods have more forms than the one that is used here.
  const logger = { info: say, warn: say } as unknown as Parameters<typeof openLocalSearch>[0]["logger"];
  return { search: openLocalSearch({ documents, count: 3, metrics, logger }), said, registry };
}

test("text is read from UTF-8 and UTF-16, with a mark and without, with any line ends", async (t) => {
  const record = JSON.stringify({ text: "Über Höhe 日本" });
  const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");
  const folder = await folderWith(t, {
    "a.jsonl": `\uFEFF${record}\n${record}`,
    "b.jsonl": utf16(`${record}\r\n${record}\r\n`),
    "c.jsonl": `${record}\r\r\uFEFF${record}\r`,
    "d.txt": "\uFEFFOne.\r\rTwo.",
    "e.md": utf16("# T\n\nThree.").swap16(),
  });
  const { texts, leftOut } = await read(folder);
  const records = ["a", "a", "b", "b", "c", "c"].map((name) => `${name}.jsonl: Über Höhe 日本`);
  assert.deepEqual(texts, [...records, "d.txt: One.", "d.txt: Two.", "e.md: Three."]);
  assert.deepEqual(leftOut, []);
});

test("a bad line or file costs itself alone, and is named", async (t) => {
  const folder = await folderWith(t, {
    "good.txt": "Good.",
    "lines.jsonl": Buffer.concat([
      Buffer.from('{"text":"first"}\nno json\n{"body":"no text"}\n[1]\n{"text":7}\n{"te'),
      Buffer.from('\n{"text":"H\xf6he"}\n', "latin1"),
      Buffer.from(`null\n${"[".repeat(100_000)}\n{"text":"zero\\u0000"}\n{"text":"last, ü"}`),
    ]),
    "latin.txt": Buffer.from("H\xf6he", "latin1"),
    "zipped.jsonl": Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]),
    "binary.md": "a\0b",
    "secret.txt": "unreadable",
    "huge.txt": "",
    "folder.txt/inner.md": "In a folder that is called as a file.",
  });
  await truncate(join(folder, "huge.txt"), MAX_DOCUMENT_BYTES + 1);
  await rm(join(folder, "secret.txt"));
  await symlink("secret.txt", join(folder, "secret.txt"));
  const { texts, leftOut, documents } = await read(folder);
  assert.deepEqual(texts, [
    "folder.txt/inner.md: In a folder that is called as a file.",
    "good.txt: Good.",
    "lines.jsonl: first",
    "lines.jsonl: last, ü",
    "lines.jsonl: zero\0",
  ]);
  assert.equal(documents, 3);
  const expected = [
    /^binary\.md: It holds NUL/,
    /^huge\.txt: It has 33554433 bytes, more than .* Split it\.$/,
    /^latin\.txt: The byte 0xF6 at offset 1 is not valid UTF-8\..*iconv/,
    /^lines\.jsonl: Lines 2, 3, 4, 5, 6 and 3 more are no JSON object with a "text", in UTF-8\.$/,
    /^secret\.txt: It is a link that leads to no file \(ELOOP\)\.$/,
    /^zipped\.jsonl: It is compressed by gzip/,
  ];
  assert.equal(leftOut.length, expected.length, leftOut.join("\n"));
  for (const [i, problem] of expected.entries()) assert.match(leftOut[i] ?? "", problem);
});

test("files and folders without permission are named", { skip: process.getuid?.() === 0 }, async (t) => {
  const folder = await folderWith(t, { "a.txt": "A.", "b.txt": "B.", "c/d.txt": "D." });
  await chmod(join(folder, "b.txt"), 0);
  await chmod(join(folder, "c"), 0);
  const { texts, leftOut } = await read(folder);
  await chmod(join(folder, "c"), 0o755);
  assert.deepEqual(texts, ["a.txt: A."]);
  assert.match(leftOut.join("\n"), /b\.txt: .*EACCES.*\nc: The folder cannot be read \(EACCES\)/);
});

test("the links of a ConfigMap are followed, each file once, also after its update", async (t) => {
  const folder = await folderWith(t, {
    "..2026_01/towers.md": "Old tower.",
    "..2026_01/deep/lakes.md": "Old lake.",
    "..2026_02/towers.md": "New tower.",
    "..2026_02/deep/lakes.md": "New lake.",
  });
  await symlink("..2026_01", join(folder, "..data"));
  await symlink("..data/towers.md", join(folder, "towers.md"));
  await symlink("..data/deep", join(folder, "deep"));
  const before = await listDocuments(folder);
  assert.deepEqual((await read(folder)).texts, ["deep/lakes.md: Old lake.", "towers.md: Old tower."]);
  await symlink("..2026_02", join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  assert.deepEqual((await read(folder)).texts, ["deep/lakes.md: New lake.", "towers.md: New tower."]);
  assert.notEqual((await listDocuments(folder)).fingerprint, before.fingerprint);
});

test("links in circles end, second names are not read again, and links that lead out are left out", async (t) => {
  const outside = await folderWith(t, { "secret.txt": "Secret.", "more/secret.md": "Secret too." });
  const folder = await folderWith(t, { "sub/a.txt": "A.", ".env": "PASSWORD=1", ".git/x.md": "Hidden." });
  const links: [to: string, path: string][] = [
    ["..", "sub/up"],
    [".", "again"],
    ["sub", "sub2"],
    ["sub/a.txt", "0-second-name.txt"],
    ["loop.md", "loop.md"],
    ["gone.md", "broken.md"],
    [join(outside, "secret.txt"), "passwd.txt"],
    [join(outside, "more"), "more"],
    [`${folder}-sibling`, "sibling"],
    [".env", "env.txt"],
    [".git", "git"],
    [join(outside, "secret.txt"), "not-a-document.pdf"],
  ];
  await mkdir(`${folder}-sibling`);
  t.after(() => rm(`${folder}-sibling`, { recursive: true }));
  await writeFile(join(`${folder}-sibling`, "b.txt"), "B.");
  for (const [to, path] of links) await symlink(to, join(folder, path));
  const { texts, leftOut } = await read(folder);
  assert.deepEqual(texts, ["sub/a.txt: A."]);
  assert.deepEqual(
    leftOut.map((line) => line.slice(0, line.indexOf(":"))),
    ["broken.md", "env.txt", "git", "loop.md", "more", "passwd.txt", "sibling"],
  );
  const linked = join(await emptyFolder(t), "link");
  await symlink(folder, linked);
  assert.deepEqual((await read(linked)).texts, texts, "the folder of documents may be a link itself");
});

test("what is read and left out is logged at the start and after each change", async (t) => {
  const folder = await folderWith(t, { "a.jsonl": '{"text":"fine"}\nbad' });
  const { search, said, registry } = open(folder);
  assert.equal((await search.search("fine", signal)).length, 1);
  assert.equal((await search.search("fine", signal)).length, 1);
  assert.equal(said.length, 2, said.join("\n"));
  assert.match(said[0] ?? "", /read the documents to search.*"documents":1,"passages":1/);
  assert.match(said[1] ?? "", /cannot be searched.*a\.jsonl: Line 2 is no JSON object/);
  const figures = await registry.metrics();
  assert.match(figures, /bullpen_search_documents\{kind="lines_left_out",app="tool-worker"\} 1/);
  assert.match(figures, /bullpen_search_documents\{kind="documents",app="tool-worker"\} 1/);
});

test("an empty folder is logged at the start", async (t) => {
  const empty = await folderWith(t, { "a.pdf": "no" });
  for (const [documents, message] of [
    [empty, /finds nothing: .* holds no \.md, \.txt or \.jsonl text\. .*SEARCH_DOCUMENTS/],
    [join(empty, "none"), /finds nothing: the documents in .*none cannot be read\. .*ENOENT/],
  ] as const) {
    const { search, said } = open(documents);
    await assert.rejects(search.search("x", signal));
    assert.match(said.at(-1) ?? "", message);
  }
});
