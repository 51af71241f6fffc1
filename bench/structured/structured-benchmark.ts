import { buildInstructions } from "@bullpen/agent";
import {
  ACTION_PRIMER,
  BUILT_IN_TOOLS,
  type CompletionRequest,
  type ObjectShape,
  type PropertyValue,
  samplingSchema,
} from "@bullpen/contracts";
import { chooseThreads } from "@bullpen/llm";
import { type BullpenEngine, startBullpenEngine } from "../engine/bullpen-engine.js";
import { DEMO_MODEL } from "../engine/paths.js";
import { printTable } from "../harness/print-table.js";
import { describeHost, writeResults } from "../harness/results-file.js";
import { roundAll, showSpread, spreadOf } from "../harness/statistics.js";

/** The goal: tokens/s of an answer that is held to a schema, as a part of a text answer's. */
const GOAL_RATIO = 0.9;

/** Tokens of an answer. Both kinds are made to be longer, so that both have as many. */
const TOKENS = 96;

export interface StructuredBenchmarkOptions {
  readonly rounds: number;
  /** Answers at a time. */
  readonly concurrency: number;
}

const TEXT: PropertyValue = { type: "string", minLength: 2_000 };

/** Objects in a list: keys, strings, numbers and choices in turn. */
const JSON_ANSWER: PropertyValue = {
  type: "json",
  schema: {
    type: "array",
    minItems: 40,
    items: {
      type: "object",
      properties: {
        what: { type: "string", minLength: 12 },
        value: { type: "number" },
        kind: { enum: ["exact", "estimate"] },
      },
      required: ["what", "value", "kind"],
      additionalProperties: false,
    },
  },
};

const KINDS: Readonly<Record<string, PropertyValue>> = { text: TEXT, "held to a schema": JSON_ANSWER };

/** Tokens/s of a final answer that is held to a JSON schema, against one that is text, side by side in each round. */
export async function runStructuredBenchmark(options: StructuredBenchmarkOptions): Promise<boolean> {
  const { rounds, concurrency } = options;
  const engine = await startBullpenEngine({
    ...{
      modelPath: DEMO_MODEL,
      slots: concurrency,
      contextTokensPerSlot: 1_024,
      threads: chooseThreads(),
      gpu: false,
    },
  });
  const rates = new Map(Object.keys(KINDS).map((kind) => [kind, [] as number[]]));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [kind, value] of Object.entries(KINDS)) {
        const rate = await measure(engine, value, concurrency);
        // The first round fills the caches.
        if (round > 0) rates.get(kind)?.push(rate);
      }
    }
  } finally {
    await engine.stop();
  }
  return report(rates, options);
}

async function measure(engine: BullpenEngine, value: PropertyValue, concurrency: number): Promise<number> {
  const startedAt = performance.now();
  const completions = await Promise.all(
    Array.from({ length: concurrency }, (_, seed) => engine.complete(requestOf(value, seed))),
  );
  const tokens = completions.reduce((sum, { usage }) => sum + usage.completion_tokens, 0);
  return (tokens * 1_000) / (performance.now() - startedAt);
}

function requestOf(value: PropertyValue, seed: number): CompletionRequest {
  const shape: ObjectShape = [
    { key: "tool_name", value: { type: "constant", text: "Final Answer" } },
    { key: "input", value },
  ];
  return {
    messages: [
      { role: "system", content: buildInstructions(BUILT_IN_TOOLS) },
      { role: "user", content: `What is ${seed} times 7? Tell the whole story.` },
    ],
    primer: ACTION_PRIMER,
    constraint: { name: "action", alternatives: [shape], fallback: shape },
    sampling: samplingSchema.parse({ seed }),
    maxTokens: TOKENS,
    cacheKey: `query-${seed}`,
  };
}

async function report(
  rates: ReadonlyMap<string, readonly number[]>,
  options: StructuredBenchmarkOptions,
): Promise<boolean> {
  const [text = [], held = []] = [...rates.values()];
  const ratio = spreadOf(held.map((rate, round) => rate / (text[round] ?? rate)));
  printTable(
    ["answer", "tokens/s"],
    [...rates].map(([kind, all]) => [kind, showSpread(spreadOf(all), 0)]),
  );
  console.log("Keys and other text that a schema fixes are tokens too, as in the text answer's opening.");
  console.log(`held to a schema / text: ${showSpread(ratio, 2)}, goal ${GOAL_RATIO}`);
  await writeResults("structured", {
    machine: describeHost(),
    options,
    rates: Object.fromEntries([...rates].map(([kind, all]) => [kind, roundAll(spreadOf(all))])),
    ratio: roundAll(ratio),
  });
  return ratio.median >= GOAL_RATIO;
}
