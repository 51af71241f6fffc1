import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { actionConstraint, answerConstraint } from "@bullpen/agent";
import { type CompletionRequest, samplingSchema } from "@bullpen/contracts";
import { connectOpenAiModel } from "@bullpen/llm";
import { verifies } from "../source-checks/requirements/requirements.js";
import { type ChatAnswer, ModelServer } from "../testing/model-server.js";
import { SERVED } from "../testing/model-server-flavours.js";
import { until } from "../testing/until.js";

const OK = { content: '{"tool_name": "Final Answer", "input": "fine"}' };
const FINE = '"Final Answer", "input": "fine"}';
const never = () => new AbortController().signal;

type Model = Awaited<ReturnType<typeof connectOpenAiModel>>;

let servers: ModelServer[];
let urls: string[];
let log: string[];
const models: Model[] = [];
/** Open at the end of each test, however it ends: a server does not stop before its answers. */
const gates: (() => void)[] = [];

beforeEach(async () => {
  log = [];
  servers = [new ModelServer("sglang", () => OK), new ModelServer("vllm", () => OK)];
  urls = await Promise.all(servers.map((server) => server.start()));
});
afterEach(async () => {
  for (const open of gates.splice(0)) open();
  for (const model of models.splice(0)) await model.close();
  for (const server of servers) await server.stop();
});

/** A server on a busy machine may answer late: only where that is the subject is the limit a short one. */
async function connect(options: { healthTimeoutMs?: number; urls?: string[] } = {}): Promise<Model> {
  const model = await connectOpenAiModel({
    baseUrls: options.urls ?? urls,
    model: SERVED,
    name: "m",
    slots: 64,
    probe: answerConstraint(),
    healthIntervalMs: 100,
    healthTimeoutMs: options.healthTimeoutMs ?? 30_000,
    log: (level, message) => log.push(`${level}: ${message}`),
  });
  models.push(model);
  return model;
}

function ask(model: Model, cacheKey: string, more: Partial<CompletionRequest> = {}) {
  return model.complete(
    {
      messages: [{ role: "user", content: "Hello" }],
      primer: "",
      constraint: actionConstraint([]),
      sampling: samplingSchema.parse({}),
      maxTokens: 20,
      cacheKey,
      willContinue: () => true,
      ...more,
    },
    never(),
  );
}

const asks = (model: Model, count: number) =>
  Array.from({ length: count }, (_, i) => ask(model, `query_${i}`));
const counts = () => servers.map((server) => server.requests.length);
const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  assert.ok(found !== undefined);
  return found;
};
/** Answers that are held back until they are let go. */
function gate(): { script: () => Promise<ChatAnswer>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  gates.push(open);
  return { script: () => opened.then(() => OK), open };
}

test(verifies(["openai-servers"], "work is spread by load, and counted by server"), async () => {
  const model = await connect();
  const doors = servers.map(gate);
  for (const [i, server] of servers.entries()) server.script = at(doors, i).script;
  const turns = asks(model, 40);
  await until("all are at a server", () => counts()[0] === 20 && counts()[1] === 20);
  assert.deepEqual(
    model.servers.map(({ inFlight }) => inFlight),
    [20, 20],
  );
  for (const { open } of doors) open();
  for (const { text } of await Promise.all(turns)) assert.equal(text, FINE);
  assert.deepEqual(
    model.servers.map(({ address, isUp, inFlight, requests, errors }) => ({
      address,
      ...{ isUp, inFlight, requests, errors },
    })),
    urls.map((address) => ({ address, isUp: true, inFlight: 0, requests: 20, errors: 0 })),
  );
});

test(verifies(["openai-servers"], "a slow server gets less work"), async () => {
  const model = await connect();
  at(servers, 0).script = () => sleep(200).then(() => OK);
  const stream = async (name: string) => {
    for (let turn = 0; turn < 10; turn++) await ask(model, `${name}_${turn}`);
  };
  await Promise.all(["a", "b", "c", "d"].map(stream));
  assert.ok(at(counts(), 1) > at(counts(), 0), String(counts()));
});

test(
  verifies(["openai-servers"], "a query goes back to its server, and elsewhere only when that is crowded"),
  async () => {
    const model = await connect();
    const keys = Array.from({ length: 20 }, (_, i) => `query_${i}`);
    const served = async () => {
      const homes: number[] = [];
      for (const key of keys) {
        const before = counts();
        await ask(model, key);
        homes.push(counts().findIndex((count, i) => count > at(before, i)));
      }
      return homes;
    };
    const homes = await served();
    assert.ok(homes.includes(0) && homes.includes(1), String(homes));
    assert.deepEqual(await served(), homes);
    assert.deepEqual(await served(), homes);
    const key = at(keys, homes.indexOf(0));
    const { script, open } = gate();
    at(servers, 0).script = script;
    const crowd = Array.from({ length: 8 }, () => ask(model, key));
    await until("all are at the first", () => at(model.servers, 0).inFlight === crowd.length);
    const before = at(counts(), 1);
    assert.equal((await ask(model, key)).text, FINE);
    assert.equal(at(counts(), 1), before + 1, "the other was idle");
    open();
    await Promise.all(crowd);
  },
);

for (const [how, answer] of [
  ["is killed", "kill"],
  ["cuts its connections", "cut"],
  ["ends its side of the connections", "half-close"],
] as const) {
  test(
    verifies(["openai-servers"], `a server that ${how} in mid-turn costs a repeat on the other`),
    async () => {
      const model = await connect();
      at(servers, 0).script = () => (answer === "kill" ? "hang" : sleep(50).then(() => answer));
      const turns = asks(model, 20);
      await until("the first has some", () => at(counts(), 0) > 0);
      if (answer === "kill") await at(servers, 0).stop();
      for (const { text } of await Promise.all(turns)) assert.equal(text, FINE);
      const [first] = model.servers;
      assert.ok(first && first.errors > 0);
      if (answer === "kill") {
        await until("it is seen to be away", () => !first.isUp);
        assert.equal(log.filter((line) => line.includes("gets no new requests")).length, 1, log.join("\n"));
        assert.match(
          log.join("\n"),
          /warn: .*ECONN(REFUSED|RESET).*gets no new requests \(1 of 2 servers up\)/,
        );
      }
    },
  );
}

test(
  verifies(["openai-servers"], "a server that comes back on its port takes work again by itself"),
  async () => {
    const model = await connect();
    const { port } = new URL(at(urls, 0));
    await at(servers, 0).stop();
    await until("it is seen to be away", () => !at(model.servers, 0).isUp);
    for (const { text } of await Promise.all(asks(model, 10))) assert.equal(text, FINE);
    servers[0] = new ModelServer("sglang", () => OK);
    await at(servers, 0).start(Number(port));
    await until("it is back", () => at(model.servers, 0).isUp);
    await Promise.all(asks(model, 20));
    assert.ok(at(counts(), 0) > 0);
    assert.match(log.join("\n"), /info: .* takes requests again \(2 of 2 servers up\)/);
  },
);

test(verifies(["openai-servers"], "a server that hangs loses its turns to the other"), async () => {
  const model = await connect({ healthTimeoutMs: 500 });
  at(servers, 0).script = () => "hang";
  const turns = asks(model, 10);
  await until("the first has some", () => at(counts(), 0) > 0);
  at(servers, 0).health = "hang";
  for (const { text } of await Promise.all(turns)) assert.equal(text, FINE);
  assert.equal(at(model.servers, 0).isUp, false);
  assert.ok(at(servers, 0).aborted > 0, "its connections are closed");
});

test(verifies(["openai-servers"], "a server that drains ends its turns, and gets no new ones"), async () => {
  const model = await connect();
  const { script, open } = gate();
  at(servers, 0).script = script;
  const turns = asks(model, 4);
  await until("the first has some", () => at(counts(), 0) > 0);
  at(servers, 0).health = { status: 503, body: "draining" };
  await until("it is seen to drain", () => !at(model.servers, 0).isUp);
  const before = at(counts(), 0);
  await Promise.all(asks(model, 10).map((turn) => turn));
  assert.equal(at(counts(), 0), before);
  open();
  for (const { text } of await Promise.all(turns)) assert.equal(text, FINE);
  assert.equal(at(model.servers, 0).errors, 0);
  at(servers, 0).health = { status: 200, body: "" };
  await until("it is back", () => at(model.servers, 0).isUp);
});

test(
  verifies(["openai-servers"], "a full server is left alone for as long as it asks, while the other works"),
  async () => {
    const model = await connect();
    const full: number[] = [];
    at(servers, 0).script = () => {
      full.push(performance.now());
      return { status: 503, body: { error: { message: "full" } }, headers: { "retry-after": "1" } };
    };
    const started = performance.now();
    await until("the first says that it is full", () =>
      ask(model, `q${performance.now()}`).then(() => full.length > 0),
    );
    const seen = full.length;
    while (performance.now() - started < 700) await Promise.all(asks(model, 4));
    assert.equal(full.length, seen);
    assert.ok(at(counts(), 1) > 10);
  },
);

test(verifies(["openai-servers"], "servers that are all away keep their queries waiting"), async () => {
  const model = await connect();
  const ports = urls.map((url) => Number(new URL(url).port));
  for (const server of servers) await server.stop();
  const turns = asks(model, 8);
  await until("both are seen to be away", () => model.servers.every(({ isUp }) => !isUp));
  await assert.rejects(model.checkReady());
  servers = [at(servers, 0), new ModelServer("vllm", () => OK)];
  await at(servers, 1).start(at(ports, 1));
  for (const { text } of await Promise.all(turns)) assert.equal(text, FINE);
  await model.checkReady();
});

test(verifies(["openai-servers"], "a server that is away at the start joins later"), async () => {
  const { port } = new URL(at(urls, 0));
  await at(servers, 0).stop();
  const model = await connect();
  assert.match(log.join("\n"), /warn: LLM_BASE_URL=\S+ cannot be used: .*ECONNREFUSED.*1 of 2 servers up/);
  assert.equal((await ask(model, "q")).text, FINE);
  servers[0] = new ModelServer("tgi", () => OK);
  await at(servers, 0).start(Number(port));
  await until("it has joined", () => at(model.servers, 0).isUp);
  await Promise.all(asks(model, 8));
  assert.ok(at(counts(), 0) > 0);
});

test(verifies(["openai-servers"], "an address that is no such server stops the start, by name"), async () => {
  const wrong = `${at(urls, 1)}x`;
  await assert.rejects(connect({ urls: [at(urls, 0), wrong] }), (error: Error) =>
    error.message.includes(wrong),
  );
  await Promise.all(servers.map((server) => server.stop()));
  await assert.rejects(connect(), /cannot be used: .*ECONNREFUSED.*Start the server/);
});

test("a request that no server can do fails after a few attempts, on both", async () => {
  const model = await connect();
  const broken = { status: 500, body: { error: { message: "CUDA error" } } };
  for (const server of servers) server.script = () => broken;
  await assert.rejects(ask(model, "q"), /answers 500: CUDA error/);
  assert.equal(at(counts(), 0) + at(counts(), 1), 4);
  assert.ok(at(counts(), 0) > 0 && at(counts(), 1) > 0);
});
