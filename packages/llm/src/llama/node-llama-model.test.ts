import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  actionSchema,
  type CompletionRequest,
  type LanguageModel,
  type Message,
  samplingSchema,
} from "@bullpen/contracts";
import { DEMO_CLOSING, DEMO_PRIMER, demoConstraint } from "../testing/demo-protocol.js";
import { type LoadNodeLlamaModelOptions, loadNodeLlamaModel } from "./load/load-node-llama-model.js";
import { ModelLoadError } from "./load/model-load-error.js";
import { ModelClosedError } from "./node-llama-model.js";

const DEMO_MODEL = fileURLToPath(new URL("../../../../models/demo/bullpen-demo.gguf", import.meta.url));
const skip = existsSync(DEMO_MODEL) ? false : `${DEMO_MODEL} is missing`;

const GREEDY = { temperature: 0 };
const HOT = { temperature: 2, top_p: 1, repetition_penalty: 1 };
const INSTRUCTIONS =
  'Reply with one JSON object with the keys "tool_name" and "input". Tools: Calculator, Search.';

function load(options: Partial<LoadNodeLlamaModelOptions> = {}): Promise<LanguageModel> {
  return loadNodeLlamaModel({
    modelPath: DEMO_MODEL,
    name: "bullpen-demo",
    slots: 4,
    contextTokensPerSlot: 512,
    threads: 1,
    gpu: false,
    ...options,
  });
}

interface RequestOptions {
  sampling?: object;
  maxTokens?: number;
  isFree?: boolean;
  cacheKey?: string;
  history?: Message[];
}

function ask(query: string, options: RequestOptions = {}): CompletionRequest {
  const { sampling = GREEDY, maxTokens = 40, isFree = false, cacheKey, history = [] } = options;
  return {
    messages: [{ role: "system", content: INSTRUCTIONS }, { role: "user", content: query }, ...history],
    primer: DEMO_PRIMER,
    closing: DEMO_CLOSING,
    ...(!isFree && { constraint: demoConstraint() }),
    willContinue: (text) => !text.startsWith('"Final Answer"'),
    sampling: samplingSchema.parse(sampling),
    maxTokens,
    ...(cacheKey !== undefined && { cacheKey }),
  };
}

/** A signal that never aborts, fresh for each request as a job's is. */
function never(): AbortSignal {
  return new AbortController().signal;
}

function parseCompletion(text: string): unknown {
  return JSON.parse(`{"tool_name": ${text}`);
}

/** Whether some ending completes the start of an action. */
function canBeCompleted(text: string): boolean {
  const rests = ["", "0", "00", "000", "0000", "u0000", "\\uDC00", "n", "\\udc00", "uDC00", "DC00", "C00"];
  const ends = [
    '"\n}',
    'a", "input": ""}',
    '"a", "input": ""}',
    "}",
    ', "input": ""}',
    ..."input".split("").map((_, i) => `${"input".slice(i)}": ""}`),
    ' "input": ""}',
    '"input": ""}',
    '": ""}',
    ': ""}',
    ' ""}',
    '""}',
  ];
  return rests.some((rest) =>
    ends.some((end) => {
      try {
        return actionSchema.safeParse(parseCompletion(text + rest + end)).success;
      } catch {
        return false;
      }
    }),
  );
}

describe("node-llama-cpp as a language model", { skip }, () => {
  let model: LanguageModel;
  before(async () => {
    model = await load();
  });
  after(() => model.close());

  test("hot sampling under the constraint gives nothing but actions", async () => {
    const requests = Array.from({ length: 16 }, (_, seed) =>
      ask(`Question ${seed}`, { sampling: { ...HOT, seed }, maxTokens: 60 }),
    );
    const completions = await Promise.all(requests.map((request) => model.complete(request, never())));
    const whole = completions.filter(({ finishReason }) => finishReason === "stop");
    for (const { text } of whole) {
      actionSchema.parse(parseCompletion(text));
      assert.ok(text.endsWith("}") && text.isWellFormed());
    }
    for (const { text, finishReason } of completions)
      if (finishReason !== "stop") assert.ok(canBeCompleted(text.replace(/\uFFFD$/, "")), text);
    assert.ok(whole.length >= 2, `only ${whole.length} of 16 came to an end`);
  });

  test("concurrent requests give the same texts as sequential ones", async () => {
    const requests = Array.from({ length: 8 }, (_, n) => ask(`What is ${n + 2} multiplied by ${n + 7}?`));
    const together = await Promise.all(requests.map((request) => model.complete(request, never())));
    for (const [index, request] of requests.entries()) {
      const alone = await model.complete(request, never());
      assert.equal(alone.text, together[index]?.text);
    }
  });

  test("a seed fixes the sample", async () => {
    const sample = async (seed: number) =>
      (await model.complete(ask("Hello", { sampling: { ...HOT, seed } }), never())).text;
    const first = await sample(11);
    assert.equal(await sample(11), first);
    assert.notEqual(await sample(12), first);
  });

  test("a second turn uses its slot again and computes only new tokens", async () => {
    const queries = ["How far away is the moon?", "Who wrote Faust?", "What is 3 times 4?"];
    const first = await Promise.all(
      queries.map((query) => model.complete(ask(query, { cacheKey: query }), never())),
    );
    for (const [index, query] of [...queries.entries()].reverse()) {
      const before = first[index];
      assert.ok(before);
      const history: Message[] = [
        { role: "assistant", content: DEMO_PRIMER + before.text + DEMO_CLOSING },
        { role: "tool", content: "384,400 km" },
      ];
      const { usage } = await model.complete(ask(query, { cacheKey: query, history }), never());
      assert.ok(usage.cached_tokens >= before.usage.prompt_tokens, JSON.stringify([before, usage]));
      assert.ok(usage.cached_tokens < usage.prompt_tokens);
    }
  });

  test("a completion ends at maxTokens", async () => {
    const { finishReason, usage } = await model.complete(ask("Hello", { maxTokens: 3 }), never());
    assert.equal(finishReason, "length");
    assert.equal(usage.completion_tokens, 3);
  });

  test("a prompt that leaves no room ends at once, one that leaves little ends when it is full", async () => {
    const tooLong = await model.complete(ask("word ".repeat(600)), never());
    assert.deepEqual([tooLong.finishReason, tooLong.text], ["context", ""]);
    const words = 512 - (await model.complete(ask("", { maxTokens: 1 }), never())).usage.prompt_tokens - 8;
    const options = { sampling: { ...HOT, seed: 1 }, isFree: true, maxTokens: 100 };
    const tight = await model.complete(ask(" word".repeat(words), options), never());
    assert.equal(tight.finishReason, "context");
    assert.equal(tight.usage.prompt_tokens + tight.usage.completion_tokens, 512);
  });

  test("an abort rejects at once and its slot serves the next", async () => {
    const controllers = Array.from({ length: 4 }, () => new AbortController());
    const long = { sampling: { ...HOT, seed: 5 }, isFree: true, maxTokens: 150 };
    const busy = controllers.map(({ signal }, n) => model.complete(ask(`Task ${n}`, long), signal));
    const next = model.complete(ask("Hello", { maxTokens: 2 }), never());
    controllers[2]?.abort(new Error("cancelled"));
    await assert.rejects(busy[2] ?? Promise.resolve(), /cancelled/);
    const firstDone = await Promise.race([
      next.then(() => "next"),
      ...busy.filter((_, n) => n !== 2).map((done) => done.then(() => "busy")),
    ]);
    assert.equal(firstDone, "next");
    for (const controller of controllers) controller.abort(new Error("cancelled"));
    await Promise.allSettled(busy);
    await assert.rejects(model.complete(ask("Hello"), controllers[0]?.signal ?? never()), /cancelled/);
  });

  test("a new request with another prompt does not wait for requests that generate", async () => {
    // Fills all slots, so that the newcomer has an old prompt to drop.
    await Promise.all([1, 2, 3, 4].map((n) => model.complete(ask(`Fill ${n}`, { maxTokens: 2 }), never())));
    const long = { sampling: { ...HOT, seed: 3 }, isFree: true, maxTokens: 100 };
    let finished = 0;
    const others = [1, 2, 3].map((n) =>
      model.complete(ask(`Talk ${n}`, long), never()).then(() => finished++),
    );
    await model.complete(ask("Quick one", { maxTokens: 2 }), never());
    assert.equal(finished, 0);
    await Promise.all(others);
  });

  test("requests beyond the slots wait and are all served", async () => {
    const requests = Array.from({ length: 13 }, (_, n) => ask(`Number ${n}`, { maxTokens: 4 }));
    const completions = await Promise.all(requests.map((request) => model.complete(request, never())));
    assert.equal(completions.length, 13);
  });
});

describe("loading and closing", { skip }, () => {
  test("without a constraint the model writes any text", async () => {
    const free = await load({ slots: 1, appliesConstraints: false });
    const completion = await free.complete(ask("Hi", { sampling: { ...HOT, seed: 2 } }), never());
    assert.throws(() => actionSchema.parse(parseCompletion(completion.text)));
    await free.close();
  });

  test("more slots than llama.cpp has sequences are refused with the limit", async () => {
    await assert.rejects(load({ slots: 257 }), /SLOTS is 257, .* at most 256 .* Set SLOTS to 256 or less/);
  });

  test("closing ends active requests and rejects later ones", async () => {
    const model = await load({ slots: 1 });
    const hot = ask("Hi", { sampling: HOT, isFree: true, maxTokens: 300 });
    const outcomes = Promise.allSettled([model.complete(hot, never()), model.complete(hot, never())]);
    await Promise.all([model.close(), model.close()]);
    for (const outcome of await outcomes)
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof ModelClosedError);
    await assert.rejects(model.complete(hot, never()), ModelClosedError);
  });

  test("loading reports progress, and an aborted load gives the reason", async () => {
    const fractions: number[] = [];
    const model = await load({ slots: 1, onProgress: (fraction) => fractions.push(fraction) });
    await model.close();
    assert.equal(fractions.at(-1), 1);
    await assert.rejects(load({ signal: AbortSignal.abort(new Error("stopped")) }), /stopped/);
  });

  test("a file that was cut off is refused with its name", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-cut-"));
    const modelPath = join(folder, "cut.gguf");
    await copyFile(DEMO_MODEL, modelPath);
    for (const size of [4_000_000, 700_000, 1_000]) {
      await truncate(modelPath, size);
      await assert.rejects(
        load({ modelPath }),
        (error) => error instanceof ModelLoadError && error.message.includes(modelPath),
      );
    }
    await rm(folder, { recursive: true });
  });
});
