import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { samplingSchema } from "@bullpen/contracts";
import { getLlama, type Llama, type LlamaModel, type Token } from "node-llama-cpp";
import type { TokenMask } from "../../constraints/token-mask.js";
import { bindingOf } from "../binding/llama-binding.js";
import { BatchDecoder } from "../scheduling/batch-decoder.js";
import { SequenceSlot } from "../scheduling/sequence-slot.js";
import { ProofSamplers } from "./proof-samplers.js";
import { TokenLogits } from "./token-logits.js";
import { type SampleRequest, TokenSampler } from "./token-sampler.js";

const DEMO_MODEL = fileURLToPath(new URL("../../../../../models/demo/bullpen-demo.gguf", import.meta.url));
const skip = existsSync(DEMO_MODEL) ? false : `${DEMO_MODEL} is missing`;

const SAMPLINGS = [
  {},
  { temperature: 0 },
  { temperature: 0.8, top_p: 0.5 },
  { temperature: 0.7, top_p: 0.8, top_k: 20 },
  { temperature: 1, top_p: 1, top_k: 5, repetition_penalty: 1 },
].map((sampling) => samplingSchema.parse(sampling));

describe("samples proven from the top logits", { skip }, () => {
  let llama: Llama;
  let model: LlamaModel;
  before(async () => {
    llama = await getLlama({ gpu: false, build: "never", maxThreads: 1 });
    model = await llama.loadModel({ modelPath: DEMO_MODEL });
  });
  after(() => llama.dispose());

  test("are those of llama.cpp's whole chain, at every position of a text and for every seed", async (t) => {
    const context = await model.createContext({ contextSize: 256, threads: 1, flashAttention: false });
    const binding = bindingOf(context);
    const decoder = new BatchDecoder(binding.context, { size: 256, ubatchCost: 0 });
    const proofs = new ProofSamplers(binding.newSampler, 1);
    const slot = new SequenceSlot(binding, decoder, proofs, 0);
    const tokens = model.tokenize(
      "[INST] Tell the story of the bridge. [/INST] What is 85 times 9443?",
      true,
    );
    const chain = t.mock.method(TokenLogits.prototype, "sample");
    let sampled = 0;
    let proven = 0;
    await slot.decodeWithLogits(tokens, tokens.length, async (places) => {
      for (const [place, logits] of places.entries()) {
        const recent = tokens.slice(0, place + 1).slice(-64);
        for (const [number, sampling] of SAMPLINGS.entries()) {
          const request: SampleRequest = {
            ...{ sampling, recent, vocabularySize: 32_000 },
            ...{ guide: undefined, grammar: undefined, seed: place * 10 + number, index: 7 },
            provesSamples: true,
          };
          chain.mock.resetCalls();
          const token = await new TokenSampler().sample(logits, request);
          if (chain.mock.callCount() === 0) proven++;
          sampled++;
          const plain = await new TokenSampler().sample(logits, { ...request, provesSamples: false });
          assert.equal(token, plain, `place ${place}, ${JSON.stringify(sampling)}`);
        }
      }
    });
    assert.ok(proven > sampled / 2, `only ${proven} of ${sampled} were proven`);
    slot.dispose();
    proofs.dispose();
  });

  test("biases and penalties change what is sampled, and a grammar that takes too long is left out", async () => {
    const context = await model.createContext({ contextSize: 64, threads: 1, flashAttention: false });
    const binding = bindingOf(context);
    const proofs = new ProofSamplers(binding.newSampler, 1);
    const decoder = new BatchDecoder(binding.context, { size: 64, ubatchCost: 0 });
    const slot = new SequenceSlot(binding, decoder, proofs, 0);
    const greedy = { temperature: 0, top_p: 1, repetition_penalty: 1 };
    await slot.decodeWithLogits(model.tokenize("What is 85 times", true), 1, async ([logits]) => {
      const sample = (given: object, recent: readonly Token[] = [], mask?: TokenMask) => {
        const sampling = samplingSchema.parse({ ...greedy, ...given });
        const request = {
          sampling,
          recent,
          guide: mask && { mask: () => mask },
          grammar: undefined,
          seed: 1,
          index: 0,
        };
        assert.ok(logits);
        return new TokenSampler().sample(logits, { ...request, vocabularySize: 32_000, provesSamples: true });
      };
      const best = await sample({});
      assert.notEqual(await sample({ logit_bias: { [best]: -100 } }), best);
      assert.equal(await sample({ logit_bias: { 77: 100 } }), 77);
      assert.equal(await sample({ logit_bias: { 9999999: 100 } }), best, "there is no such token");
      const mask = { tokens: Uint32Array.of(77), biases: Float32Array.of(Number.NEGATIVE_INFINITY) };
      assert.equal(await sample({ logit_bias: { 77: 100 } }, [], mask), best, "what is masked stays so");
      const sampler = new TokenSampler();
      const under = (allows: () => boolean) => {
        const grammar = { state: {}, allows, accept: () => {} };
        const request = { sampling: samplingSchema.parse(greedy), recent: [], guide: undefined, grammar };
        assert.ok(logits);
        return sampler.sample(logits, {
          ...{ ...request, seed: 1, index: 0, vocabularySize: 32_000, provesSamples: true },
        });
      };
      const slow = () => {
        for (const startedAt = performance.now(); performance.now() - startedAt < 300; );
        return true;
      };
      assert.equal(await under(slow), best);
      const unasked = () => assert.fail("a grammar that takes too long is not asked again");
      assert.equal(await under(unasked), best);
      const repeated = Array<Token>(40).fill(best);
      assert.notEqual(await sample({ frequency_penalty: 2 }, repeated), best);
      assert.equal(await sample({ presence_penalty: -2 }, repeated), best);
    });
    slot.dispose();
    proofs.dispose();
  });
});
