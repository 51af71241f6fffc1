import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  agentJobSchema,
  CALCULATOR,
  type CompletionRequest,
  FINAL_ANSWER,
  RefusedRequestError,
  renderActionContinuation,
  type Step,
} from "@bullpen/contracts";
import { type AgentRun, runAgent } from "../run-agent.js";
import { summarizeTranscript } from "../summarize.js";
import { Crash, MemoryLog } from "../testing/memory-log.js";
import { samplingOf } from "./runs.js";
import { summarizeVotes } from "./summarize-votes.js";

const SEED = 4_294_967_000;
const TOOLS = ["Calculator"];
const TURN_MS = 10;

/** What each run says at its end: an answer, `calls` where it calls until its steps are used up, or `refused`. */
type Script = readonly string[];

interface PlayOptions {
  readonly log?: MemoryLog;
  readonly job?: object;
  readonly timeLeftMs?: number;
}

async function play(script: Script, { log = new MemoryLog(), job = {}, timeLeftMs }: PlayOptions = {}) {
  const requests: CompletionRequest[] = [];
  const published: string[] = [];
  const sampling = { seed: SEED, temperature: 0.7 };
  let now = 0;
  const run: AgentRun = {
    id: "q",
    job: agentJobSchema.parse({
      ...{ model: "m", query: "?", tools: TOOLS, sampling, limits: { max_steps: 3 } },
      votes: script.length,
      ...job,
    }),
    toolbox: { tools: [CALCULATOR], missing: [] },
    model: {
      ...{ name: "m", slots: 1, contextTokens: 4_096, close: async () => {} },
      complete: async (request) => {
        requests.push(request);
        now += TURN_MS;
        return { text: nextText(script, request), finishReason: "stop", usage: USAGE };
      },
    },
    log,
    toolRunner: {
      run: async ({ step }) => ({ observation: `seen ${step}`, is_error: false, duration_ms: 0 }),
    },
    now: () => now,
    ...(timeLeftMs !== undefined && { deadline: timeLeftMs }),
    onAnswer: (piece) => published.push(piece),
  };
  for (;;) {
    try {
      const outcome = await runAgent(run, new AbortController().signal);
      assert.ok(outcome !== "suspended");
      const transcript = { steps: log.steps, end: { outcome, finished_at: 0 } };
      return { outcome, transcript, requests, published };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

const USAGE = { prompt_tokens: 10, cached_tokens: 2, completion_tokens: 5 };

/** The run that a request belongs to, by its seed: the model knows nothing else of it. */
function runOf({ sampling }: CompletionRequest, runs: number): number {
  const seeds = Array.from({ length: runs }, (_, run) => samplingOf({ ...sampling, seed: SEED }, run).seed);
  return seeds.indexOf(sampling.seed);
}

function nextText(script: Script, request: CompletionRequest): string {
  const end = script[runOf(request, script.length)] ?? "";
  if (end === "refused") throw new RefusedRequestError("The server refuses it.");
  const turns = request.messages.filter(({ role }) => role === "assistant").length;
  const isCall = turns === 0 || end === "calls";
  return renderActionContinuation(
    isCall ? { tool_name: "Calculator", input: `step ${turns}` } : { tool_name: FINAL_ANSWER, input: end },
  );
}

describe("the runs of a vote", () => {
  test("have seeds of their own, see their own steps alone, and end when the vote is decided", async () => {
    const { outcome, requests, transcript, published } = await play(["5", "6", "5.0", "5", "7"]);
    assert.equal(outcome.status === "completed" && outcome.answer, "5");
    assert.deepEqual(
      requests.map((request) => runOf(request, 5)),
      [0, 0, 1, 1, 2, 2, 3, 3],
    );
    assert.equal(new Set(requests.map(({ sampling }) => sampling.seed)).size, 4);
    assert.deepEqual(
      requests.map(({ messages }) => messages.length),
      [2, 4, 2, 4, 2, 4, 2, 4],
    );
    assert.deepEqual(
      transcript.steps.map(({ observation }) => observation?.observation),
      ["seen 0", undefined, "seen 2", undefined, "seen 4", undefined, "seen 6", undefined],
    );
    assert.deepEqual(published, [], "nobody knows an answer before the end");
  });

  test("are shown with their steps and costs; the query has the answering run's steps and the cost of all", async () => {
    const { transcript } = await play(["6", "5", "5"]);
    const { steps, usage } = summarizeTranscript(transcript, TOOLS);
    assert.deepEqual(
      steps.map(({ observation }) => observation),
      ["seen 2"],
    );
    assert.deepEqual(usage, {
      ...{ prompt_tokens: 60, cached_tokens: 12, completion_tokens: 30, total_tokens: 90 },
      ...{ turns: 6, tool_calls: 3 },
    });
    const votes = summarizeVotes(transcript, TOOLS, 3);
    assert.ok(votes);
    assert.deepEqual([votes.requested, votes.answers, votes.agreed, votes.share], [3, 3, 2, 2 / 3]);
    assert.deepEqual(
      votes.runs.map(({ agrees, outcome }) => [agrees, outcome?.status === "completed" && outcome.answer]),
      [
        [false, "6"],
        [true, "5"],
        [true, "5"],
      ],
    );
    assert.deepEqual([votes.runs[2]?.usage.turns, votes.runs[2]?.steps[0]?.observation], [2, "seen 4"]);
    assert.equal(summarizeVotes({ ...transcript, steps: transcript.steps.slice(0, 1) }, TOOLS, 1), undefined);
  });

  test("are shown while the vote goes on", async () => {
    const { transcript } = await play(["6", "5", "5"]);
    const votes = summarizeVotes({ steps: transcript.steps.slice(0, 3), end: undefined }, TOOLS, 3);
    assert.deepEqual([votes?.answers, votes?.agreed, votes?.share, votes?.runs.length], [1, null, null, 2]);
    assert.deepEqual([votes?.runs[0]?.outcome?.status, votes?.runs[1]?.outcome], ["completed", null]);
  });

  test("each have the query's limits, and one that fails has no vote", async () => {
    const limits = { max_steps: 3, on_limit: "fail" };
    const { outcome, transcript } = await play(["calls", "5", "calls", "5"], { job: { limits } });
    assert.equal(outcome.status === "completed" && outcome.answer, "5");
    const votes = summarizeVotes(transcript, TOOLS, 4);
    assert.deepEqual([votes?.answers, votes?.agreed, votes?.share], [2, 2, 1]);
    const failed = await play(["calls", "calls"], { job: { limits } });
    assert.ok(failed.outcome.status === "failed");
    assert.equal(failed.outcome.error.code, "max_steps");
    assert.match(
      failed.outcome.error.message,
      /^All 2 runs failed \(votes: 2\)\. No final answer within 3 steps/,
    );
    assert.equal(failed.transcript.steps.length, 6);
  });

  test("begin no more when the time is too short for one, and the answers so far count", async () => {
    const { outcome, transcript } = await play(["5", "6", "6", "6", "6"], { timeLeftMs: 4.5 * TURN_MS });
    assert.equal(outcome.status === "completed" && outcome.answer, "5", "of a tie the first");
    assert.equal(transcript.steps.length, 4);
  });

  test("end where the model refuses to go on, and the answers so far count", async () => {
    const { outcome, transcript } = await play(["5", "refused", "6"]);
    assert.equal(outcome.status === "completed" && outcome.answer, "5");
    const votes = summarizeVotes(transcript, TOOLS, 3);
    assert.deepEqual(
      votes?.runs.map((run) => [run.outcome?.status, run.steps.length]),
      [
        ["completed", 1],
        ["failed", 0],
      ],
    );
    const refused = await play(["refused", "5"]);
    assert.ok(refused.outcome.status === "failed");
    assert.equal(refused.outcome.error.code, "invalid_request");
  });

  test("keep the slot's prefix as long as a further run is certain", async () => {
    const { requests } = await play(["5", "5", "5"]);
    const answer = renderActionContinuation({ tool_name: FINAL_ANSWER, input: "5" });
    assert.deepEqual(
      requests.map(({ willContinue }) => willContinue?.(answer)),
      [true, true, false, false],
    );
  });
});

test("a run without a seed has none in any vote, and another seed gives other runs", () => {
  const sampling = agentJobSchema.parse({
    model: "m",
    query: "?",
    tools: [],
    sampling: {},
    limits: {},
  }).sampling;
  assert.equal(samplingOf(sampling, 3).seed, undefined);
  const seeds = [0, 1, 2].flatMap((seed) =>
    [0, 1, 2, 15].map((run) => samplingOf({ ...sampling, seed }, run).seed),
  );
  assert.equal(new Set(seeds).size, seeds.length);
  assert.ok(seeds.every((seed) => seed !== undefined && seed >= 0 && seed < 2 ** 32));
});

/** Steps without when their turns began: after a crash that is later. */
function untimed(steps: readonly Step[]): unknown {
  return steps.map(({ turn: { started_at: _, ...turn }, observation }) => ({ turn, observation }));
}

describe("a vote whose worker dies before or after any record", () => {
  const scripts: readonly Script[] = [
    ["5", "6", "5"],
    ["calls", "5", "6"],
    ["calls", "calls"],
  ];
  for (const on_limit of ["answer", "fail"])
    for (const script of scripts)
      test(`is continued to the same transcript and end: ${script.join(", ")}, ${on_limit}`, async () => {
        const job = { limits: { max_steps: 3, on_limit } };
        const whole = await play(script, { job });
        const { steps } = whole.transcript;
        const writes = steps.length + steps.filter(({ observation }) => observation).length;
        assert.ok(writes >= 7);
        for (let write = 0; write < writes; write++)
          for (const when of ["before", "after"] as const) {
            const { outcome, transcript } = await play(script, { job, log: new MemoryLog({ write, when }) });
            assert.deepEqual(
              { outcome, steps: untimed(transcript.steps) },
              { outcome: whole.outcome, steps: untimed(steps) },
              `${when} ${write}`,
            );
          }
      });
});
