import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BullpenClient, RequestRefusedError } from "@bullpen/client";
import { ModelRegistry } from "@bullpen/queue";
import { AccessKeyStore, LocalStore, TenantRights } from "@bullpen/storage";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";

let harness: BatchHarness;
let stopModels: readonly (() => Promise<void>)[];
/** Clients of a tenant that may use everything, of one that may use little, and of one without the default model. */
let free: BullpenClient;
let bound: BullpenClient;
let elsewhere: BullpenClient;
let keyOfBound: string;

before(async () => {
  harness = await startBatchHarness({ script: () => finalAnswer("fine") });
  const store = await LocalStore.open(harness.dataDir);
  const [keys, rights] = [new AccessKeyStore(store), new TenantRights(store)];
  const models = new ModelRegistry(harness.agents.redis.connection);
  stopModels = await Promise.all(
    ["scripted", "lab.secret"].map((name) => models.keepRegistered({ name, context_tokens: 4_096 })),
  );
  await rights.write("bound", { models: ["scripted"], tools: ["Calc*"] });
  await rights.write("elsewhere", { models: ["lab.*"] });
  const keyOf = async (tenant: string) => (await keys.create({ tenant, role: "operate", name: "" })).key;
  const clientOf = (apiKey: string) => new BullpenClient({ url: harness.api.url, apiKey, maxAttempts: 1 });
  keyOfBound = await keyOf("bound");
  [free, bound, elsewhere] = [
    clientOf(await keyOf("free")),
    clientOf(keyOfBound),
    clientOf(await keyOf("elsewhere")),
  ];
});
after(async () => {
  for (const stop of stopModels) await stop();
  await harness.stop();
});

/** What a refusal says, with the name that was asked for made the same in all. */
async function refusalOf(request: Promise<unknown>, name: string): Promise<unknown> {
  const error = await request.then(
    () => assert.fail(`${name} was taken`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RequestRefusedError, String(error));
  const { status, code, param, message } = error;
  return { status, code, param, message: message.replaceAll(name, "…") };
}

test("models and tools that a tenant may not use are not listed to it, nor workers and queues of such models", async () => {
  assert.deepEqual(
    (await bound.models.list()).map(({ id }) => id),
    ["scripted"],
  );
  assert.deepEqual(
    (await bound.tools.list()).map(({ id }) => id),
    ["Calculator"],
  );
  assert.deepEqual(
    (await bound.queues.list()).map(({ model }) => model),
    ["scripted"],
  );
  assert.ok((await bound.workers.list()).every(({ model }) => model === "scripted"));
  assert.ok((await free.models.list()).some(({ id }) => id === "lab.secret"));
  assert.deepEqual(
    (await free.tools.list()).map(({ id }) => id),
    ["Calculator", "Search"],
  );
  assert.ok((await free.queues.list()).some(({ model }) => model === "lab.secret"));
});

test("they are answered exactly as unknown ones", async () => {
  const messages = [{ role: "user" as const, content: "hello" }];
  const requests: ((name: string) => Promise<unknown>)[] = [
    (name) => bound.models.get(name),
    (model) => bound.queries.submit({ query: "x", model }),
    (model) => bound.chat.complete({ model, messages }),
  ];
  for (const request of requests) {
    const [theirs, none] = [
      await refusalOf(request("lab.secret"), "lab.secret"),
      await refusalOf(request("lab.nobody"), "lab.nobody"),
    ];
    assert.deepEqual(theirs, none);
  }
  const withTool: ((name: string) => Promise<unknown>)[] = [
    (name) => bound.queries.submit({ query: "x", tools: [name] }),
    (name) => bound.chat.complete({ messages, bullpen: { tools: [name] } }),
  ];
  for (const request of withTool)
    assert.deepEqual(
      await refusalOf(request("Search"), "Search"),
      await refusalOf(request("Nothing"), "Nothing"),
    );
});

test("so they are to responses", async () => {
  const create = async (name: string, body: object) => {
    const response = await fetch(`${harness.api.url}/v1/responses`, {
      method: "POST",
      headers: { authorization: `Bearer ${keyOfBound}`, "content-type": "application/json" },
      body: JSON.stringify({ input: "x", ...body }),
    });
    assert.equal(response.ok, false, name);
    return `${response.status} ${await response.text()}`.replaceAll(name, "…");
  };
  const model = (name: string) => create(name, { model: name });
  const tool = (name: string) => create(name, { bullpen: { tools: [name] } });
  assert.equal(await model("lab.secret"), await model("lab.nobody"));
  assert.equal(await tool("Search"), await tool("Nothing"));
});

test("what a query does not name is chosen among what its tenant may use", async () => {
  const { id } = await bound.queries.submit({ query: "x" });
  assert.deepEqual((await harness.agents.record(id)).job.tools, ["Calculator"]);
  const other = await elsewhere.queries.submit({ query: "x" });
  const { job } = await harness.agents.record(other.id);
  assert.deepEqual([job.model, job.tools], ["lab.secret", ["Calculator", "Search"]]);
});

test("lines of a batch are held to the same", async () => {
  const run = async (client: BullpenClient, ...lines: string[]) => {
    const file = await client.files.upload(lines.join("\n"), { filename: "lines.jsonl" });
    const { id } = await client.batches.create({ input_file_id: file.id });
    return client.batches.wait(id);
  };
  const refused = await run(bound, batchLine("a", "x", { model: "lab.secret" }));
  assert.equal(refused.status, "failed");
  assert.deepEqual(
    refused.errors?.data.map(({ code, message }) => [code, message]),
    [["model_not_found", 'There is no model "lab.secret". Known: scripted.']],
  );
  const done = await run(
    bound,
    batchLine("all", "x"),
    batchLine("none", "x", { bullpen: { tools: ["Search"] } }),
  );
  assert.deepEqual([done.request_counts.completed, done.request_counts.failed], [1, 1]);
  const errors = await bound.files.text(done.error_file_id ?? "");
  const [line] = parseJsonl<ResultLine>(errors);
  assert.equal(line?.custom_id, "none");
  assert.match(JSON.stringify(line), /there is no tool \\"Search\\". Known: Calculator\./);
});

test("no metric tells of a tenant", async () => {
  const metrics = await (await fetch(`${harness.api.url}/metrics`)).text();
  assert.match(metrics, /bullpen_/);
  assert.doesNotMatch(metrics, /\b(bound|elsewhere|tenant)\b/);
  assert.ok(!metrics.includes(keyOfBound));
});
