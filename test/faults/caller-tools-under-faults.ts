import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { answerOf, type BatchResult, BullpenClient } from "@bullpen/client";
import { action, finalAnswer } from "../testing/action.js";
import { batchLine } from "../testing/batch-lines.js";
import { ModelServer } from "../testing/model-server.js";
import { SERVED } from "../testing/model-server-flavours.js";
import type { ChatRequest } from "../testing/model-server-request.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { startTestStack } from "../testing/stack.js";
import { until } from "../testing/until.js";
import { ToolServerProcess } from "./tool-server-process.js";

export interface CallerToolsFaults {
  readonly lines: number;
  /** How often the tool server is killed, 3 at least; api, worker and Redis are killed once each, with it. */
  readonly kills: number;
  readonly say?: (line: string) => void;
}

export interface CallerToolsResult {
  readonly seconds: number;
  readonly waiting: number;
  readonly killed: Readonly<Record<string, number>>;
  /** Runs of calls beyond one each: those that a kill interrupted. */
  readonly repeatedRuns: number;
  /** The most turns that the model wrote at a time. */
  readonly peakTurns: number;
}

const SLOTS = 4;
const TOOLS = ["look_up", "file_away"] as const;
const FUNCTIONS = TOOLS.map((name) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: { text: { type: "string" } } } },
}));
/** A line with two calls takes a fraction of a second, a kill the time of a lease or a restart. */
const deadlineMs = ({ lines, kills }: CallerToolsFaults) => 30_000 + lines * 200 + kills * 3_000;

/**
 * Runs a batch whose lines call two tools of the caller's own each, while the tool server, api, worker and Redis are
 * killed. Checks that all lines wait at once without a slot, that each is answered by the results of its own calls, and
 * that no call is handed out after its result.
 */
export async function runCallerToolsUnderFaults(options: CallerToolsFaults): Promise<CallerToolsResult> {
  const { lines, say = () => {} } = options;
  const turns = { now: 0, peak: 0 };
  const model = new ModelServer("llama-server", async (request) => {
    turns.peak = Math.max(turns.peak, ++turns.now);
    await sleep(5);
    turns.now--;
    return { content: nextTurn(request) };
  });
  const redis = await startTestRedis();
  const stack = await startTestStack(
    { LLM_BASE_URL: await model.start(), LLM_MODEL: SERVED, SLOTS: String(SLOTS) },
    redis.url,
  );
  const client = new BullpenClient({ url: stack.apiUrl });
  const server = await ToolServerProcess.start(stack.apiUrl, TOOLS);
  try {
    const startedAt = Date.now();
    await server.kill();
    const id = await submit(client, lines);
    const waiting = await untilAllWait(client, lines, deadlineMs(options));
    say(`${waiting} calls wait, ${turns.now} turns are written`);
    assert.equal(turns.now, 0, "no query that waits holds a slot");
    await server.restart();
    const [killed, results] = await Promise.all([
      breakAlong({ stack, redis, server, client, id }, options),
      follow(client, id),
    ]);
    check(results, lines);
    const repeatedRuns = await server.checkHistory(2 * lines);
    assert.ok(turns.peak <= SLOTS, `${turns.peak} turns at a time`);
    return {
      seconds: (Date.now() - startedAt) / 1_000,
      waiting,
      killed,
      repeatedRuns,
      peakTurns: turns.peak,
    };
  } finally {
    await server.stop();
    await stack.stop();
    await model.stop();
    await redis.stop();
  }
}

/** A model that calls both tools, one after the other, and answers with what they said. */
function nextTurn({ messages }: ChatRequest): string {
  const texts = messages.map(({ content }) => content);
  const question = /line (\d+)\b/.exec(texts.join("\n"))?.[1] ?? "?";
  const results = [...texts.join("\n").matchAll(/\b(looked|filed) (\d+)\b/g)].map(([result]) => result);
  const said = new Set(results);
  if (!said.has(`looked ${question}`)) return written(action("look_up", { text: question }));
  if (!said.has(`filed ${question}`)) return written(action("file_away", { text: question }));
  return written(finalAnswer(`looked ${question}, filed ${question}`));
}

/** An action as a model server writes it: the whole object. */
function written(continuation: string): string {
  return `{\n"tool_name": ${continuation}`;
}

async function submit(client: BullpenClient, lines: number): Promise<string> {
  const body = { model: undefined, tools: FUNCTIONS, bullpen: { tool_mode: "wait" } };
  const text = Array.from({ length: lines }, (_, i) => batchLine(`line-${i}`, `line ${i} please`, body));
  const { id } = await client.files.upload(text.join("\n"), { filename: "lines.jsonl" });
  return (await client.batches.create({ input_file_id: id })).id;
}

/** Waits until every line waits for its first call. */
async function untilAllWait(client: BullpenClient, lines: number, withinMs: number): Promise<number> {
  return until(
    "all lines wait",
    async () => {
      let waiting = 0;
      for await (const call of client.toolCalls.listAll({ limit: 100 }))
        waiting += call.function.name === TOOLS[0] ? 1 : 0;
      return waiting === lines && waiting;
    },
    withinMs,
  );
}

interface Run {
  readonly stack: Stack;
  readonly redis: TestRedis;
  readonly server: ToolServerProcess;
  readonly client: BullpenClient;
  readonly id: string;
}

const OTHERS = ["api", "worker", "redis"] as const;

/** Kills the tool server as the calls are run, and each of the others once with it. */
async function breakAlong(run: Run, options: CallerToolsFaults): Promise<Record<string, number>> {
  const { lines, kills, say = () => {} } = options;
  const killed: Record<string, number> = { "tool server": 0, api: 0, worker: 0, redis: 0 };
  for (let kill = 0; kill < kills; kill++) {
    const after = Math.floor((2 * lines * (kill + 0.5)) / (kills + 1));
    await until(`${after} calls are run`, () => run.server.begun >= after, deadlineMs(options));
    await run.server.kill();
    killed["tool server"] = (killed["tool server"] ?? 0) + 1;
    const other = OTHERS.find((_, i) => kill === Math.floor(((i + 1) * kills) / OTHERS.length) - 1);
    if (other) {
      await killOther(run, other);
      killed[other] = (killed[other] ?? 0) + 1;
    }
    say(`${after} of ${2 * lines} calls: killed the tool server${other ? ` and the ${other}` : ""}`);
    await run.server.restart();
  }
  return killed;
}

async function killOther({ stack, redis }: Run, victim: (typeof OTHERS)[number]): Promise<void> {
  if (victim === "redis") {
    await redis.kill();
    await redis.restart();
    return;
  }
  const { pid } = stack.process(victim);
  if (pid === undefined) throw new Error(`${victim} does not run`);
  process.kill(pid, "SIGKILL");
  await until(`${victim} runs again`, () => stack.process(victim).pid !== pid, 60_000);
}

async function follow(client: BullpenClient, id: string): Promise<BatchResult[]> {
  const lines: BatchResult[] = [];
  for await (const line of client.batches.results(id)) lines.push(line);
  return lines;
}

/** Each line once, in input order, with the results of its own calls. */
function check(results: readonly BatchResult[], lines: number): void {
  assert.deepEqual(
    results.map((line) => [line.custom_id, answerOf(line)]),
    Array.from({ length: lines }, (_, i) => [`line-${i}`, `looked ${i}, filed ${i}`]),
  );
}
