import { batchExample, queryExample } from "./examples.js";

const interval = (estimate: number, half: number) => ({
  estimate,
  low: estimate - half,
  high: estimate + half,
});

export const batchEstimateExample = {
  object: "batch.estimate",
  input_file_id: batchExample.input_file_id,
  model: "demo",
  lines: 1_000,
  sample: { lines: 20, completed: 19, failed: 1, unfinished: 0, seed: 0 },
  input_tokens: interval(870_000, 61_000),
  output_tokens: interval(58_000, 5_200),
  total_tokens: interval(928_000, 65_000),
  seconds: interval(238, 21),
  cost: { ...interval(0.464, 0.0325), currency: "USD" },
  slots: 8,
  confidence: 0.95,
  method: "A seeded random sample of 20 of 1000 lines was run.",
};

export const batchFailuresExample = {
  object: "batch.failures",
  batch_id: batchExample.id,
  counted: 1,
  codes: [
    {
      code: "max_steps",
      count: 1,
      examples: [
        {
          line: 7,
          custom_id: "question-7",
          query_id: queryExample.id,
          message: "No answer within 10 steps.",
        },
      ],
    },
  ],
};

export const batchHistogramsExample = {
  object: "batch.histograms",
  batch_id: batchExample.id,
  counted: 4,
  turns: [
    { turns: 1, lines: 1 },
    { turns: 2, lines: 3 },
  ],
  tool_calls: [
    { tool_calls: 0, lines: 1 },
    { tool_calls: 1, lines: 3 },
  ],
  duration: {
    median_ms: 2_210,
    p95_ms: 6_040,
    buckets: [
      { up_to_ms: 2_000, lines: 1 },
      { up_to_ms: 5_000, lines: 2 },
      { up_to_ms: 10_000, lines: 1 },
    ],
  },
};
