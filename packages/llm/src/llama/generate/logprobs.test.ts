import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { samplingSchema } from "@bullpen/contracts";
import { loadNodeLlamaModel } from "../load/load-node-llama-model.js";

const DEMO_MODEL = fileURLToPath(new URL("../../../../../models/demo/bullpen-demo.gguf", import.meta.url));
const skip = existsSync(DEMO_MODEL) ? false : `${DEMO_MODEL} is missing`;
/** Half of the recorded precision. */
const ROUNDING = 1e-6;

test("the probabilities of a text's tokens add up, and asking for them changes no text", {
  skip,
}, async () => {
  const model = await loadNodeLlamaModel({
    ...{ modelPath: DEMO_MODEL, name: "demo", slots: 1, contextTokensPerSlot: 512, threads: 1, gpu: false },
  });
  const complete = (sampling: object, logprobs?: number) =>
    model.complete(
      {
        messages: [{ role: "user", content: "What is the capital of Norway?" }],
        ...{ primer: "", maxTokens: 16, sampling: samplingSchema.parse({ ...sampling, seed: 3 }), logprobs },
      },
      new AbortController().signal,
    );
  try {
    for (const sampling of [{ temperature: 0 }, { temperature: 1.2, top_p: 1, repetition_penalty: 1 }]) {
      const plain = await complete(sampling);
      assert.equal(plain.logprobs, undefined);
      const told = await complete(sampling, 20);
      assert.equal(told.text, plain.text);
      const tokens = told.logprobs ?? [];
      assert.equal(tokens.length, told.usage.completion_tokens);
      assert.equal(
        tokens
          .map(({ token }) => token)
          .join("")
          .trim(),
        told.text.trim(),
      );
      for (const { token, logprob, top } of tokens) {
        const sizes = top.map((each) => each.logprob);
        assert.equal(sizes.length, 20);
        assert.deepEqual(
          sizes,
          [...sizes].sort((a, b) => b - a),
          "the likeliest first",
        );
        assert.ok(sizes.reduce((sum, size) => sum + Math.exp(size), 0) <= 1 + 20 * ROUNDING);
        assert.ok(logprob <= (sizes[0] ?? 0), "none is likelier than the likeliest");
        const own = top.find((each) => each.token === token);
        if (own) assert.equal(own.logprob, logprob);
      }
      const alone = (await complete(sampling, 0)).logprobs ?? [];
      assert.deepEqual(
        alone.map(({ token, logprob, top }) => [token, logprob, top.length]),
        tokens.map(({ token, logprob }) => [token, logprob, 0]),
      );
    }
  } finally {
    await model.close();
  }
});
