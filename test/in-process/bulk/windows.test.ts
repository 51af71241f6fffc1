import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { deferred } from "@bullpen/base";
import { RequestRefusedError } from "@bullpen/client";
import { finalAnswer } from "../../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../../testing/batch-harness.js";
import { batchLine } from "../../testing/batch-lines.js";
import { until } from "../../testing/until.js";

const SLOTS = 2;
const HOUR = 3_600;

let harness: BatchHarness;
/** The questions in the order in which they were asked. */
let asked: string[] = [];
let gate = deferred<void>();

before(async () => {
  harness = await startBatchHarness({
    script: async ({ messages }) => {
      const question = messages.at(-1)?.content ?? "";
      asked.push(question);
      if (question.startsWith("slow")) await sleep(300);
      if (question.startsWith("gated")) await gate.promise;
      return finalAnswer(question);
    },
    slots: SLOTS,
  });
});
after(() => {
  gate.resolve(); // of a test that failed
  return harness.stop();
});

function closeGate(): void {
  asked = [];
  gate = deferred<void>();
}

async function upload(name: string, lines: number, padding = 0): Promise<string> {
  const text = Array.from({ length: lines }, (_, i) =>
    batchLine(`line-${i}`, `${name} ${i}${" ".repeat(padding)}`),
  );
  return (await harness.client.files.upload(text.join("\n"))).id;
}

const refused = (window: unknown) => (error: unknown) => {
  assert.ok(error instanceof RequestRefusedError, String(error));
  assert.deepEqual([error.code, error.param], ["invalid_request", "completion_window"], String(window));
  assert.match(error.message, /completion_window: .*"1h" to "14d".*such as "24h" or "7d"/);
  return true;
};

test("a window is from an hour to fourteen days, and the batch expires at its end", async () => {
  const input_file_id = await upload("window", 1);
  for (const window of [
    "30m",
    "0h",
    "59m",
    "15d",
    "337h",
    "1w",
    "24",
    "1.5h",
    "-1h",
    "24H",
    "",
    " 24h",
    24,
  ]) {
    const parameters = { input_file_id, completion_window: window as string };
    await assert.rejects(harness.client.batches.create(parameters), refused(window));
  }
  for (const [window, seconds] of [
    ["1h", HOUR],
    ["336h", 336 * HOUR],
    ["14d", 14 * 24 * HOUR],
  ] as const) {
    const batch = await harness.client.batches.create({ input_file_id, completion_window: window });
    assert.equal(batch.completion_window, window);
    assert.equal(batch.expires_at - batch.created_at, seconds);
    await harness.client.batches.wait(batch.id);
  }
});

test("a batch says at its creation when its window cannot be met at the measured rate", async () => {
  const { batches } = harness.client;
  const small = await upload("slow", 4);
  await batches.wait((await batches.create({ input_file_id: small })).id);
  const soon = await batches.create({
    input_file_id: await upload("window soon", 4),
    completion_window: "1h",
  });
  assert.ok(soon.bullpen.expected_end_at);
  assert.equal(soon.bullpen.meets_window, true);
  await batches.wait(soon.id);
  const slow = await batches.create({ input_file_id: await upload("slow again", 4) });
  await batches.wait(slow.id);
  // Some kilobytes a second: it takes hours, and refuses every line when it runs, since they are too long.
  const large = await upload("x", 300, 100_000);
  const late = await batches.create({ input_file_id: large, completion_window: "1h" });
  assert.equal(late.bullpen.meets_window, false);
  assert.ok((late.bullpen.expected_end_at ?? 0) > late.expires_at);
  assert.equal(late.status, "validating", "it is not refused");
  const ended = await batches.wait(late.id);
  assert.deepEqual([ended.bullpen.meets_window, ended.bullpen.expected_end_at], [null, null]);
});

test("a batch near its deadline precedes its tenant's others", async () => {
  closeGate();
  const { batches } = harness.client;
  const early = (await batches.create({ input_file_id: await upload("gated early", 60) })).id;
  await until("it begins", async () => asked.length === SLOTS);
  const late = (await batches.create({ input_file_id: await upload("gated late", 20) })).id;
  await until("both wait", async () => {
    const [queue] = await harness.client.queues.list();
    return queue?.queued === 60 + 20 - SLOTS;
  });
  await harness.stopBatcher();
  await harness.backdate(late, 23 * HOUR * 1_000);
  await harness.startBatcher();
  const { connection } = harness.agents.redis;
  const noted = (id: string) => connection.get(`{bullpen}:batch-priority:${id}:shares`);
  await until("the lines have their new places", async () => (await noted(early)) === "101");
  await until("of the late one, too", async () => (await noted(late)) === "1");
  await sleep(200); // the moves follow the notes
  gate.resolve();
  await Promise.all([early, late].map((id) => batches.wait(id)));
  const places = asked.flatMap((question, place) => (question.startsWith("gated late") ? [place] : []));
  assert.equal(places.length, 20);
  assert.ok((places.at(-1) ?? 0) < 20 + 2 * SLOTS + 4, `the last of 20 lines came at place ${places.at(-1)}`);
});

test("a tier is echoed as it was used, and says how urgent a query is", async () => {
  const { chat } = harness.client;
  const messages = [{ role: "user" as const, content: "hello" }];
  for (const [asks, used] of [
    ["auto", "default"],
    ["default", "default"],
    ["flex", "flex"],
    ["priority", "priority"],
  ] as const) {
    const completion = await chat.complete({ messages, service_tier: asks });
    assert.equal(completion.service_tier, used, asks);
  }
  assert.equal("service_tier" in (await chat.complete({ messages })), false);
  await assert.rejects(
    chat.complete({ messages, service_tier: "fast" as "flex" }),
    /service_tier: must be "auto", "default", "flex" or "priority"/,
  );
  closeGate();
  const ask = (query: string, service_tier?: "flex" | "priority") =>
    harness.client.queries.submit({ query, ...(service_tier && { service_tier }) });
  for (let slot = 0; slot < SLOTS; slot++) await ask(`gated ${slot}`);
  await until("all slots are taken", async () => asked.length === SLOTS);
  const ids = [
    await ask("may wait", "flex"),
    await ask("as usual 1"),
    await ask("as usual 2"),
    await ask("now", "priority"),
  ];
  gate.resolve();
  for (const { id } of ids) await harness.client.queries.wait(id);
  const order = asked.slice(SLOTS);
  assert.ok(order.indexOf("now") < order.indexOf("as usual 2"), order.join(", "));
  assert.equal(order.at(-1), "may wait");
});
