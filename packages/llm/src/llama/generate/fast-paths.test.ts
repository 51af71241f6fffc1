import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, mock, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type Completion,
  type CompletionRequest,
  type Constraint,
  type LanguageModel,
  type Message,
  type ObjectShape,
  samplingSchema,
} from "@bullpen/contracts";
import { DEMO_CLOSING, DEMO_PRIMER, demoConstraint } from "../../testing/demo-protocol.js";
import { loadNodeLlamaModel } from "../load/load-node-llama-model.js";
import { BatchDecoder } from "../scheduling/batch-decoder.js";
import { ALL_FAST_PATHS, type FastPaths } from "./fast-paths.js";

const DEMO_MODEL = fileURLToPath(new URL("../../../../../models/demo/bullpen-demo.gguf", import.meta.url));
const skip = existsSync(DEMO_MODEL) ? false : `${DEMO_MODEL} is missing`;

/** What the model was trained on: its choices are clear, so that rounding does not change them. */
const INSTRUCTIONS = readFileSync(
  new URL("../../../../../models/demo/instructions.txt", import.meta.url),
  "utf8",
).trim();

const NONE: FastPaths = { forcedTokens: false, provenSampling: false, promptLookup: false };
const TOOLS = [{ name: "Calculator" }, { name: "Search" }];

/** The agent protocol's sampling, greedy, and warm enough that samples differ from seed to seed. */
const SAMPLINGS = [{}, { temperature: 0 }, { temperature: 0.8, top_p: 0.9, top_k: 40 }];

/** The tool's result, which the answers repeat. */
const OBSERVATION = "158.39191898578665";

const QUERIES = [
  "what is 85 times 9443?",
  "who is the current prime minister of the UK?",
  "Hi there, what is the square root of 512 multiplied by 7?",
  "How many screws are in 24 boxes with 310 screws each?",
];

function requests(): CompletionRequest[] {
  const sampled = SAMPLINGS.flatMap((sampling, index) =>
    QUERIES.map((query, number) => ({ query, sampling: { ...sampling, seed: index * 10 + number } })),
  );
  return sampled.map(({ query, sampling }) => ({
    messages: [
      { role: "system", content: INSTRUCTIONS },
      { role: "user", content: query },
    ],
    primer: DEMO_PRIMER,
    closing: DEMO_CLOSING,
    constraint: demoConstraint(TOOLS),
    willContinue: () => true,
    sampling: samplingSchema.parse(sampling),
    maxTokens: 48,
    cacheKey: `${query} ${JSON.stringify(sampling)}`,
  }));
}

/**
 * Held to a schema: as the answer of an action, and as a whole reply. The last is warm, and about nothing that the model
 * knows: there rounding decides, which differs where several tokens are computed together.
 */
function structuredRequests(): CompletionRequest[] {
  const schema = {
    type: "object",
    properties: {
      name: { type: "string", maxLength: 12 },
      sizes: { type: "array", items: { type: "number" }, maxItems: 3 },
      kind: { enum: ["town", "village"] },
    },
    required: ["name", "sizes", "kind"],
  };
  const messages: Message[] = [{ role: "user", content: QUERIES[0] ?? "" }];
  const { alternatives, fallback } = demoConstraint();
  const answer: ObjectShape = [
    { key: "tool_name", value: { type: "constant", text: "Final Answer" } },
    { key: "input", value: { type: "json", schema } },
  ];
  const action: Constraint = { name: "action", alternatives: [answer, ...alternatives], fallback };
  const request = { messages, maxTokens: 48 };
  return [
    { ...request, primer: DEMO_PRIMER, constraint: action, sampling: samplingSchema.parse({ seed: 1 }) },
    {
      ...{ ...request, primer: "", constraint: { name: "town", schema } },
      sampling: samplingSchema.parse({ temperature: 0 }),
    },
    {
      ...{ ...request, primer: "", constraint: { name: "town", schema } },
      sampling: samplingSchema.parse({ temperature: 0.8, top_p: 0.9, seed: 2 }),
    },
  ];
}

function complete(model: LanguageModel, request: CompletionRequest): Promise<Completion> {
  return model.complete(request, new AbortController().signal);
}

/** Two turns of each request, the second after an observation, and one completion in free text. */
async function completeAll(fastPaths: FastPaths): Promise<Completion[]> {
  const model = await loadNodeLlamaModel({
    modelPath: DEMO_MODEL,
    name: "demo",
    slots: 4,
    contextTokensPerSlot: 1024,
    threads: 1,
    gpu: false,
    fastPaths,
  });
  try {
    const turns = await Promise.all(requests().map((request) => twoTurns(model, request)));
    const text = await model.complete(
      {
        messages: [{ role: "user", content: "Hello" }],
        primer: "",
        sampling: samplingSchema.parse({ seed: 5 }),
        maxTokens: 24,
      },
      new AbortController().signal,
    );
    const town = await Promise.all(structuredRequests().map((request) => complete(model, request)));
    return [...turns.flat(), text, ...town];
  } finally {
    await model.close();
  }
}

async function twoTurns(model: LanguageModel, request: CompletionRequest): Promise<Completion[]> {
  const { signal } = new AbortController();
  const first = await model.complete(request, signal);
  const history: Message[] = [
    { role: "assistant", content: DEMO_PRIMER + first.text + DEMO_CLOSING },
    { role: "tool", content: OBSERVATION },
  ];
  const second = await model.complete({ ...request, messages: [...request.messages, ...history] }, signal);
  return [first, second];
}

/** A completion token for token, without the count of cached tokens. */
function outputOf({ text, finishReason, usage }: Completion) {
  return { text, finishReason, tokens: usage.completion_tokens };
}

describe("fast paths change no output", { skip }, () => {
  test("each fast path, and all together, give the texts of plain generation for the same seeds", async () => {
    const plain = (await completeAll(NONE)).map(outputOf);
    assert.ok(plain.filter(({ text }) => text.includes(OBSERVATION)).length >= QUERIES.length);
    for (const fastPaths of [
      { ...NONE, forcedTokens: true },
      { ...NONE, provenSampling: true },
      { ...NONE, promptLookup: true },
      ALL_FAST_PATHS,
    ]) {
      const faster = (await completeAll(fastPaths)).map(outputOf);
      const end = fastPaths.forcedTokens ? -1 : undefined;
      assert.deepEqual(faster.slice(0, end), plain.slice(0, end), JSON.stringify(fastPaths));
    }
    const different = new Set(plain.map(({ text }) => text)).size;
    assert.ok(different >= QUERIES.length, `only ${different} different texts prove little`);
  });

  test("each fast path saves computations", async () => {
    const decode = mock.method(BatchDecoder.prototype, "decode");
    const stepsWith = async (fastPaths: FastPaths) => {
      decode.mock.resetCalls();
      await completeAll(fastPaths);
      return decode.mock.callCount();
    };
    const plain = await stepsWith(NONE);
    for (const path of ["forcedTokens", "promptLookup"] as const) {
      const steps = await stepsWith({ ...NONE, [path]: true });
      assert.ok(steps < plain * 0.95, `${steps} computations with ${path}, ${plain} without`);
    }
  });
});
