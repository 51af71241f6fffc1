import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createLocalSearch } from "./local.js";
import { SearchFailedError } from "./search-provider.js";

const signal = new AbortController().signal;

const HARBOUR = `# Port Lindow

The harbour of Port Lindow was dug in 1889 by four hundred workers.

## Lighthouse

The lighthouse is 41 metres tall. Its keeper is Ada Merrow.

## Ferries

Three ferries a day sail to the islands; the crossing takes two hours.
`;

async function folderWith(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-documents-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** A search whose clock moves a second at every call. */
function searchIn(documents: string) {
  let time = 0;
  const provider = createLocalSearch({
    documents,
    now: () => {
      time += 1000;
      return time;
    },
  });
  return async (phrase: string) => (await provider.search(phrase, signal)).map(({ body }) => body);
}

test("a question finds the paragraph that answers it first", async (t) => {
  const find = searchIn(await folderWith(t, { "harbour.md": HARBOUR, "deep/er/food.txt": "Soup is hot." }));
  assert.match((await find("who is the keeper of the lighthouse?"))[0] ?? "", /Ada Merrow/);
  assert.match((await find("when was the harbor dug"))[0] ?? "", /1889/);
  assert.match((await find("ferry to the islands"))[0] ?? "", /two hours/);
  assert.deepEqual(await find("hot soup"), ["Soup is hot."]);
});

test("a heading finds the paragraphs below it, and is their title", async (t) => {
  const provider = createLocalSearch({ documents: await folderWith(t, { "harbour.md": HARBOUR }) });
  const [first] = await provider.search("ferries", signal);
  assert.equal(first?.title, "Port Lindow – Ferries");
  assert.equal(first?.url, "harbour.md");
  assert.match(first?.body ?? "", /^Three ferries/);
});

test("a phrase without a meaningful word in common finds nothing", async (t) => {
  const find = searchIn(await folderWith(t, { "harbour.md": HARBOUR }));
  assert.deepEqual(await find("what is the of it"), []);
  assert.deepEqual(await find("recipe for chocolate cake"), []);
  assert.deepEqual(await find("1899"), [], "a number is met exactly");
  assert.deepEqual(await find("three unrelated quantum physics theorems by Gauss"), [], "one word of seven");
});

test("a paragraph that only shares a common word is left out beside a good one", async (t) => {
  const text = "The prime minister of Osterland is Vera Kolm.\n\nA prime number has two divisors.";
  const find = searchIn(await folderWith(t, { "facts.txt": text }));
  assert.deepEqual(await find("prime minister of Osterland"), [
    "The prime minister of Osterland is Vera Kolm.",
  ]);
});

test("at most three results, the best ones", async (t) => {
  const rows = Array.from({ length: 9 }, (_, i) => `Owl number ${i}.`);
  const find = searchIn(await folderWith(t, { "owls.txt": [...rows, "Owl, snowy owl."].join("\n\n") }));
  const found = await find("snowy owl");
  assert.equal(found[0], "Owl, snowy owl.");
  assert.ok(found.length <= 3);
});

test("changed, new and deleted documents are noticed", async (t) => {
  const folder = await folderWith(t, { "a.txt": "The mayor is Tilda.", "b.txt": "The baker is Otto." });
  const find = searchIn(folder);
  assert.deepEqual(await find("mayor"), ["The mayor is Tilda."]);
  await writeFile(join(folder, "a.txt"), "The mayor is Konrad now.");
  await writeFile(join(folder, "c.txt"), "The smith is Ida.");
  await rm(join(folder, "b.txt"));
  assert.deepEqual(await find("mayor"), ["The mayor is Konrad now."]);
  assert.deepEqual(await find("smith"), ["The smith is Ida."]);
  assert.deepEqual(await find("baker"), []);
});

test("within the interval the files are not checked", async (t) => {
  const folder = await folderWith(t, { "a.txt": "The mayor is Tilda." });
  let time = 5000;
  const provider = createLocalSearch({ documents: folder, now: () => time });
  await provider.search("mayor", signal);
  await rm(join(folder, "a.txt"));
  time += 999;
  assert.equal((await provider.search("mayor", signal)).length, 1);
  time += 1;
  await assert.rejects(provider.search("mayor", signal), SearchFailedError);
});

test("records of a JSONL file are found in a folder, and in the file by itself", async (t) => {
  const lines = [
    '{"title": "Tides", "url": "https://a.example/tides", "text": "High water is at noon."}',
    "",
    '{"text": "The ferry leaves at six."}',
  ];
  const folder = await folderWith(t, { "sea/port-notes.jsonl": lines.join("\n"), "a.txt": "Owls hoot." });
  for (const documents of [folder, join(folder, "sea/port-notes.jsonl")]) {
    const provider = createLocalSearch({ documents });
    const [tides] = await provider.search("when is high water", signal);
    assert.deepEqual(tides, {
      title: "Tides",
      url: "https://a.example/tides",
      body: "High water is at noon.",
    });
    const [ferry] = await provider.search("ferry", signal);
    assert.equal(ferry?.title, "port notes");
    assert.match(ferry?.url ?? "", /port-notes\.jsonl$/);
  }
});

test("a missing folder and an empty one have different messages", async (t) => {
  const folder = await folderWith(t, {
    "a.pdf": "no",
    ".hidden.md": "no",
    "empty.md": "\n# Only a heading\n",
  });
  await symlink("/etc/passwd", join(folder, "link.txt"));
  const failure = (message: RegExp) => (error: unknown) =>
    error instanceof SearchFailedError && error.failure === "documents" && message.test(error.message);
  await assert.rejects(searchIn(folder)("root"), failure(/holds no \.md, \.txt or \.jsonl text/));
  await assert.rejects(searchIn(join(folder, "none"))("root"), failure(/none cannot be read/));
});

test("an aborted search rejects with the signal's reason", async (t) => {
  const provider = createLocalSearch({ documents: await folderWith(t, { "a.txt": "text" }) });
  const reason = new Error("stop");
  await assert.rejects(provider.search("text", AbortSignal.abort(reason)), reason);
});
