import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { BullpenClient } from "@bullpen/client";
import { action, finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { ROOT, runToEnd } from "../testing/run-app.js";

const ANSWERS: Readonly<Record<string, string>> = {
  "What is 6 times 7?": "It is 42.",
  "What is 2 plus 3?": "It is 5.",
};

let harness: BatchHarness;
let client: BullpenClient;
before(async () => {
  harness = await startBatchHarness({
    script: ({ messages }) => {
      const last = messages.at(-1)?.content ?? "";
      if (last.includes("weather")) return action("get_weather", { town: "Oslo" });
      return finalAnswer(last.startsWith("It rains") ? last : (ANSWERS[last] ?? "I do not know."));
    },
    api: { WEBHOOKS_ALLOW_PRIVATE: true },
  });
  client = new BullpenClient({ url: harness.api.url });
});
after(() => harness.stop());

/** The examples of a page in one module, and what the comments after `console.log` say that they print. */
async function readExamples(path: string): Promise<{ module: string; printed: string[] }> {
  const page = await readFile(path, "utf8");
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
  const lines = blocks.flatMap((code) => [...code.split("\n")]);
  const imports = lines.filter((line) => line.startsWith("import "));
  const bodies = blocks.map((code) => code.replaceAll(/^import .*\n/gm, ""));
  const [setUp = "", ...examples] = bodies;
  // A block of its own scope for each example: they name things alike.
  const module = [...new Set(imports), setUp, ...examples.map((code) => `{\n${code}}`)].join("\n");
  const printed = lines.flatMap((line) => /(?:^\s*|; )\/\/ (.*)$/.exec(line)?.[1] ?? []);
  return { module, printed };
}

test("the examples of the client's README run, and print what they say", async () => {
  const { module, printed } = await readExamples(join(ROOT, "packages/client/README.md"));
  // Beside this test: from there the package's name is found.
  const path = join(import.meta.dirname, `readme-${process.pid}.mjs`);
  try {
    await writeFile(path, module.replace("http://127.0.0.1:3000", harness.api.url));
    const { code, stdout, stderr } = await runToEnd([path]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.trimEnd().split("\n"), printed);
  } finally {
    await rm(path, { force: true });
  }
});

test("pages join up, in files as in batches", async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push((await client.files.upload(`{"a":${i}}\n`)).id);
  const listed: string[] = [];
  for await (const file of client.files.listAll({ limit: 2, purpose: "batch" })) listed.push(file.id);
  assert.deepEqual(listed.slice(0, 3), ids.toReversed());
});

test("content comes back whole and in part, and a deleted file is refused by name", async () => {
  const { id, bytes } = await client.files.upload(new Blob(['{"query":"ä"}\n']), {
    filename: "ä, b.jsonl",
    expiresAfterSeconds: 3_600,
  });
  assert.equal(bytes, 15);
  assert.equal((await client.files.get(id)).filename, "ä, b.jsonl");
  assert.notEqual((await client.files.get(id)).expires_at, null);
  assert.equal(await textOf(await client.files.content(id)), '{"query":"ä"}\n');
  assert.equal(await textOf(await client.files.content(id, { start: 2, end: 7 })), "query");
  assert.equal((await client.files.delete(id)).deleted, true);
  await assert.rejects(client.files.get(id), { code: "file_not_found", status: 404 });
});

test("one idempotency key makes one query, whichever process sends it", async () => {
  const options = { idempotencyKey: `key-${process.pid}` };
  const other = new BullpenClient({ url: harness.api.url });
  const query = { query: "What is 6 times 7?" };
  const [first, again] = [
    await client.queries.submit(query, options),
    await other.queries.submit(query, options),
  ];
  assert.equal(first.id, again.id);
  await assert.rejects(client.queries.submit({ query: "Another?" }, options), {
    code: "idempotency_key_reused",
  });
});

test("a query is listed, waited for and no longer cancelled after its end", async () => {
  const { id } = await client.queries.submit({ query: "What is 2 plus 3?", custom_id: "mine" });
  assert.equal((await client.queries.wait(id)).answer, "It is 5.");
  const { data } = await client.queries.list({ status: "completed", limit: 100 });
  assert.equal(data.find((query) => query.id === id)?.custom_id, "mine");
  await assert.rejects(client.queries.cancel(id), { code: "already_finished" });
});

test("an endpoint is changed, gets a new secret, and is tested", async () => {
  const { webhookEndpoints } = client;
  const { id, signing_secret } = await webhookEndpoints.create({ url: "http://127.0.0.1:9/" });
  assert.equal((await webhookEndpoints.update(id, { name: "renamed" })).name, "renamed");
  assert.notEqual((await webhookEndpoints.rotateSecret(id)).signing_secret, signing_secret);
  assert.equal((await webhookEndpoints.get(id)).name, "renamed");
  assert.deepEqual(
    (await webhookEndpoints.list()).data.map((endpoint) => endpoint.id),
    [id],
  );
  assert.deepEqual((await webhookEndpoints.deliveries(id)).data, []);
  assert.ok((await webhookEndpoints.eventTypes()).includes("batch.completed"));
  assert.equal((await webhookEndpoints.delete(id)).deleted, true);
});

test("models, tools and workers are listed; a model's name may hold slashes", async () => {
  assert.deepEqual(await client.models.list(), []);
  await assert.rejects(client.models.get("org/a model"), /There is no model "org\/a model"/);
  assert.ok((await client.tools.list()).every((tool) => tool.object === "tool"));
  assert.ok(Array.isArray(await client.workers.list()));
});

async function textOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts).toString();
}
