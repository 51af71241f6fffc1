import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SEARCH } from "@bullpen/contracts";
import { ToolWorker } from "@bullpen/queue";
import { type Redis, RequestGate } from "@bullpen/redis";
import { createLogger, createMetrics } from "@bullpen/runtime";
import {
  createSearchMetrics,
  createSearchTool,
  type OpenSearchOptions,
  openSearch,
  SEARCH_DEFAULTS,
} from "@bullpen/tool-worker";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { connect, startAgentHarness } from "../testing/agent-harness.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { type SearchStandIn, startSearchStandIn } from "../testing/search-stand-in.js";
import { until } from "../testing/until.js";

const signal = new AbortController().signal;

let redis: TestRedis;
before(async () => {
  redis = await startTestRedis();
});
after(() => redis.stop());

/** One tool-worker's search, with figures of its own. */
function open(connection: Redis, standIn: SearchStandIn, overrides: Partial<OpenSearchOptions> = {}) {
  const registry = createMetrics("tool-worker");
  const chain = openSearch({
    redis: connection,
    metrics: createSearchMetrics(registry),
    logger: createLogger("tool-worker", "silent"),
    providers: ["duckduckgo"],
    search: SEARCH_DEFAULTS,
    cacheSeconds: 60,
    duckduckgo: { perMinute: 60_000, needleOptions: standIn.needleOptions },
    searxng: { url: standIn.searxngUrl, perMinute: 60_000 },
    local: { documents: "." },
    pauses: { backOffMs: 10 },
    ...overrides,
  });
  const circuit = async (provider: string) => {
    const lines = (await registry.metrics())
      .split("\n")
      .filter((line) => line.includes("bullpen_search_circuit{"));
    const now = lines.find((line) => line.includes(`"${provider}"`) && line.endsWith(" 1"));
    return /state="(\w+)"/.exec(now ?? "")?.[1];
  };
  return { chain, tool: createSearchTool({ chain }), circuit };
}

describe("500 queries of which half repeat, at providers that refuse one request in five", () => {
  const PER_MINUTE = 3_000;
  const PHRASES = 250;
  let standIn: SearchStandIn;
  let startedAt: number;
  const outcomes: { phrase: string; observation: string; isError: boolean }[] = [];

  before(async () => {
    standIn = await startSearchStandIn((_provider, count) => count % 5 === 4);
    const harness = await startAgentHarness({
      redis,
      slots: 32,
      script: ({ messages }) => {
        const said = messages.findLast((message) => message.role === "tool")?.content;
        return said === undefined ? action("Search", messages[1]?.content ?? "") : finalAnswer(said);
      },
    });
    const limits = {
      providers: ["duckduckgo", "searxng"] as const,
      duckduckgo: { perMinute: PER_MINUTE, needleOptions: standIn.needleOptions },
      searxng: { url: standIn.searxngUrl, perMinute: PER_MINUTE },
    };
    const connections = await Promise.all([connect(redis), connect(redis)]);
    const workers = await Promise.all(
      connections.map((connection) => {
        const { tool } = open(connection, standIn, limits);
        const run = (job: { input: unknown }) => tool.run(String(job.input), signal);
        return ToolWorker.start({ redis: connection, tool: SEARCH, concurrency: 16, run });
      }),
    );
    startedAt = Date.now();
    const ids = await Promise.all(
      Array.from({ length: 2 * PHRASES }, (_, i) =>
        harness.submit(`phrase ${i >> 1}`, { tools: ["Search"] }),
      ),
    );
    for (const id of ids) {
      const { transcript, job } = await harness.ended(id);
      const { observation = "", is_error = true } = transcript.steps[0]?.observation ?? {};
      outcomes.push({ phrase: job.query, observation, isError: is_error });
    }
    await Promise.all(workers.map((worker) => worker.stop(0)));
    await harness.stop();
    for (const connection of connections) connection.disconnect();
  });
  after(() => standIn.stop());

  test(verifies(["search-answers"], "every query gets its answer or a clear failure"), () => {
    assert.equal(outcomes.length, 2 * PHRASES);
    for (const { phrase, observation, isError } of outcomes) {
      if (isError) assert.match(observation, /^Error: the search failed: /);
      else assert.ok(observation.endsWith(`> About ${phrase}`), observation);
    }
    const failed = outcomes.filter((outcome) => outcome.isError).length;
    assert.ok(failed <= PHRASES / 10, `${failed} of ${outcomes.length} failed`);
    assert.ok(standIn.requests.some((request) => request.refused));
  });

  test(
    verifies(["search-once"], "no phrase is asked twice at one time, nor again after it was answered"),
    () => {
      assert.deepEqual(standIn.overlaps, []);
      for (const provider of ["duckduckgo", "searxng"]) {
        const answered = standIn.requests.filter((one) => one.provider === provider && !one.refused);
        assert.equal(new Set(answered.map((one) => one.phrase)).size, answered.length, provider);
      }
    },
  );

  test(verifies(["search-rate"], "requests stay under the limit that the tool-workers share"), () => {
    for (const provider of ["duckduckgo", "searxng"]) {
      const times = standIn.requests.filter((one) => one.provider === provider).map((one) => one.at);
      // Whatever stalls only delays a request: the n-th cannot come before n intervals have gone by. A timer
      // may fire a millisecond early.
      times.forEach((at, n) => {
        assert.ok(
          at - startedAt >= (n * 60_000) / PER_MINUTE - 2,
          `${provider}: request ${n} came too early`,
        );
      });
    }
    assert.ok(standIn.requests.filter((one) => one.provider === "duckduckgo").length >= PHRASES * 0.8);
  });
});

test(
  verifies(["search-circuit"], "a provider that keeps failing is left alone, then tried; all see it"),
  async (t) => {
    let isDown = true;
    const standIn = await startSearchStandIn(() => isDown);
    t.after(() => standIn.stop());
    await redis.connection.flushall();
    const pauses = { backOffMs: 10, openMs: 600_000, threshold: 5 };
    const [one, other] = [
      open(redis.connection, standIn, { pauses }),
      open(redis.connection, standIn, { pauses }),
    ];
    assert.equal(await one.circuit("duckduckgo"), "closed");
    const failed = await one.tool.run("first", signal);
    assert.match(failed.observation, /^Error: the search failed: DuckDuckGo refuses us for now/);
    await other.tool.run("second", signal);
    assert.equal(standIn.requests.length, 5, "three attempts, then two that open the circuit");
    const paused = await other.tool.run("third", signal);
    assert.match(paused.observation, /keeps failing and is not asked for \d+ s/);
    assert.equal(standIn.requests.length, 5, "nobody asks meanwhile");
    assert.equal(await one.circuit("duckduckgo"), "open");
    await redis.connection.hset("{bullpen}:search:duckduckgo", "open_until", 0); // as if its time were over
    assert.equal(await one.circuit("duckduckgo"), "half_open");
    isDown = false;
    assert.equal((await one.tool.run("fourth", signal)).is_error, false);
    assert.equal(await other.circuit("duckduckgo"), "closed");
  },
);

test(
  verifies(["search-answers"], "the next provider answers when one fails, and its failure is named"),
  async (t) => {
    const standIn = await startSearchStandIn((provider) => provider === "duckduckgo");
    t.after(() => standIn.stop());
    await redis.connection.flushall();
    const { chain } = open(redis.connection, standIn, { providers: ["duckduckgo", "searxng"] });
    const found = await chain.search("rope", signal);
    assert.equal(found.provider, "searxng");
    const nowhere = { url: "http://127.0.0.1:9", perMinute: 60_000 };
    await redis.connection.flushall();
    const both = open(redis.connection, standIn, { providers: ["duckduckgo", "searxng"], searxng: nowhere });
    await assert.rejects(
      both.chain.search("rope", signal),
      /DuckDuckGo refuses .* SearXNG cannot be reached/,
    );
  },
);

test("what one tenant has searched for is cached for no other", async (t) => {
  const standIn = await startSearchStandIn(() => false);
  t.after(() => standIn.stop());
  await redis.connection.flushall();
  const { tool } = open(redis.connection, standIn);
  for (const tenant of ["one", "two", "one", "two", "default"]) await tool.run("Rope", signal, { tenant });
  await tool.run(" rope ", signal);
  assert.equal(standIn.requests.length, 3, "one for each tenant");
});

test(
  verifies(["search-rate"], "turns that are given at one time follow each other at the limit's distance"),
  async (t) => {
    await redis.connection.flushall();
    const other = await connect(redis);
    t.after(() => other.disconnect());
    const gates = [redis.connection, other].map(
      (connection) => new RequestGate({ redis: connection, name: "search:searxng", perMinute: 600 }),
    );
    const [seconds] = await redis.connection.time();
    const turns = await Promise.all(Array.from({ length: 100 }, (_, i) => gates[i % 2]?.admit(60_000)));
    assert.ok(turns.every((turn) => turn?.verdict === "go"));
    const next = Number(await redis.connection.hget("{bullpen}:search:searxng", "next"));
    assert.ok(next >= Number(seconds) * 1_000 + 100 * 100, "100 turns of 100 ms each are given");
    const waits = turns.map((turn) => turn?.waitMs ?? 0).sort((a, b) => a - b);
    assert.ok((waits.at(-1) ?? 0) > 5_000, "the last has to wait for those before it");
    other.disconnect();
  },
);

test("a search that cannot have its turn in time says so, and is not made", async (t) => {
  const standIn = await startSearchStandIn(() => false);
  t.after(() => standIn.stop());
  await redis.connection.flushall();
  const slow = { duckduckgo: { perMinute: 1, needleOptions: standIn.needleOptions } };
  const { tool } = open(redis.connection, standIn, slow);
  assert.equal((await tool.run("one", signal)).is_error, false);
  assert.match(
    (await tool.run("two", signal)).observation,
    /has reached its limit of requests; the next one is possible in \d+ s/,
  );
  assert.equal((await tool.run(" ONE ", signal)).is_error, false, "what is kept needs no turn");
  assert.equal(standIn.requests.length, 1);
});

test("a tool-worker that dies while it asks is followed by the next", async (t) => {
  let answersAfterMs = 600_000;
  const standIn = await startSearchStandIn(
    () => false,
    () => answersAfterMs,
  );
  t.after(() => standIn.stop());
  await redis.connection.flushall();
  const dying = await connect(redis);
  const controller = new AbortController();
  const search = open(dying, standIn).chain.search("rope", controller.signal);
  await until("it asks", () => standIn.requests.length === 1);
  dying.disconnect();
  controller.abort(new Error("killed"));
  await assert.rejects(search);
  answersAfterMs = 0;
  const found = await open(redis.connection, standIn).chain.search("rope", signal);
  assert.equal(found.results[0]?.body, "About rope");
});
