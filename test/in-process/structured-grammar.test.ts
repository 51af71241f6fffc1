import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isSaidByGrammar, runAgent } from "@bullpen/agent";
import {
  agentJobSchema,
  type Completion,
  type CompletionRequest,
  type JsonSchema,
  type Step,
  type Transcript,
} from "@bullpen/contracts";
import { findFault, findSchemaFault } from "@bullpen/json-schema";
import {
  constraintGrammar,
  GrammarGuide,
  type GrammarState,
  grammarStateOf,
  TokenGrammars,
  TokenMasks,
  tokensOf,
} from "@bullpen/llm";
import {
  getLlama,
  type Llama,
  LlamaGrammarEvaluationState,
  type LlamaModel,
  type Token,
} from "node-llama-cpp";
import { generatedSchemas } from "../testing/generated-schemas.js";
import { KINDS } from "../testing/tool-schemas.js";

const DEMO_MODEL = fileURLToPath(new URL("../../../models/demo/bullpen-demo.gguf", import.meta.url));

/** Texts whose tokens make JSON. A model writes others too; these keep a random text short. */
const WORDS = [
  ...['"', '{"', "{", "}", '"}', "[", "]", ":", ",", '",', '":', " ", "\n", "0", "1", "7", "12", "-", ".5"],
  ...[
    "e",
    "true",
    "false",
    "null",
    "a",
    "b",
    "ab",
    "c",
    "d",
    "x",
    "y",
    "one",
    "two",
    "\\",
    "n",
    "u",
    "é",
    "天",
  ],
];

/** Reading a mask takes as long as writing hundreds of tokens. */
const PLACES_PER_MASK = 1_000;

/** What all writers share. */
interface OwnGrammars {
  readonly grammars: TokenGrammars<Token>;
  readonly tokens: ReturnType<typeof tokensOf>;
  /** Grammars with characters that no single token holds: llama.cpp's grammar holds their texts. */
  unspelled: number;
}

/** What holds the text: Bullpen's guide, and llama.cpp's grammar, which must agree with it. */
class TwoGuides {
  readonly #guide: GrammarGuide<Token> | undefined;
  readonly #peer: GrammarState;

  constructor(guide: GrammarGuide<Token> | undefined, peer: GrammarState) {
    this.#guide = guide;
    this.#peer = peer;
  }

  get ended(): boolean {
    return this.#guide?.ended === true;
  }

  allows(token: Token): boolean {
    if (!this.#guide) return this.#peer.allows(token);
    const isAllowed = this.#guide.allows(token);
    const forced = this.#guide.forced();
    // Where the text is fixed the guide takes it in the tokenizer's tokens alone.
    if (isAllowed || forced === undefined)
      assert.equal(this.#peer.allows(token), isAllowed, `token ${token}`);
    return isAllowed;
  }

  accept(token: Token): void {
    this.#guide?.push(token);
    this.#peer.accept(token);
  }

  /** That the mask tells what `allows` tells. */
  checkMask(tokens: Iterable<Token>): void {
    if (!this.#guide) return;
    const masked = new Set(this.#guide.mask()?.tokens);
    for (const token of tokens)
      assert.equal(masked.has(token), !this.#guide?.allows(token), `token ${token}`);
  }
}

/**
 * A model that writes at random what the grammar allows, token by token on the real tokenizer. After some tokens it
 * prefers to come to an end.
 */
class RandomWriter {
  readonly #model: LlamaModel;
  readonly #llama: Llama;
  readonly #own: OwnGrammars;
  readonly #tokens: readonly Token[];
  readonly #closing: readonly Token[];
  #seed: number;

  constructor(llama: Llama, model: LlamaModel, own: OwnGrammars, seed: number) {
    this.#llama = llama;
    this.#own = own;
    this.#model = model;
    this.#seed = seed;
    const tokensOf = (text: string) => [...model.tokenize(`\n${text}`)].slice(1);
    this.#tokens = [...new Set(WORDS.flatMap(tokensOf))];
    this.#closing = [...new Set(['"', "}", "]", '"}', ":", ",", "1"].flatMap(tokensOf))];
  }

  async complete({ constraint, maxTokens }: CompletionRequest): Promise<Completion> {
    assert.ok(constraint);
    const gbnf = constraintGrammar(constraint);
    const grammar = await this.#llama.createGrammar({ grammar: gbnf });
    const peer = grammarStateOf(new LlamaGrammarEvaluationState({ model: this.#model, grammar }));
    const own = this.#own.grammars.from(gbnf);
    const { vocabulary, newDetokenizer } = this.#own.tokens;
    const guide = own && new GrammarGuide({ grammar: own, vocabulary, pieces: newDetokenizer() });
    if (!guide) this.#own.unspelled++;
    const state = new TwoGuides(guide, peer);
    const written: Token[] = [];
    const end = this.#model.tokens.eos ?? (0 as Token);
    while (written.length < maxTokens && !state.ended && !state.allows(end)) {
      if (this.#random(PLACES_PER_MASK) === 0) state.checkMask(this.#model.iterateAllTokens());
      const token = this.#choose(state, written.length > 30);
      if (token === undefined) break;
      state.accept(token);
      written.push(token);
    }
    const newline = this.#model.tokenize("\n");
    return {
      text: this.#model.detokenize([...newline, ...written]).slice(1),
      finishReason: written.length < maxTokens ? "stop" : "length",
      usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: written.length },
    };
  }

  /** A token that may follow: of a few tries at random, else the first of all tokens. */
  #choose(state: TwoGuides, isLong: boolean): Token | undefined {
    const closing = isLong ? this.#closing.filter((token) => state.allows(token)) : [];
    if (closing.length > 0) return closing[this.#random(closing.length)];
    for (let i = 0; i < 2 * this.#tokens.length; i++) {
      const token = this.#tokens[this.#random(this.#tokens.length)];
      if (token !== undefined && state.allows(token)) return token;
    }
    for (const token of this.#model.iterateAllTokens()) if (state.allows(token)) return token;
    return undefined;
  }

  #random(below: number): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#seed / 2 ** 32) * below);
  }
}

/** Runs a query whose answer has to fit the schema, in memory. */
async function ask(writer: RandomWriter, schema: JsonSchema, tools: readonly string[]) {
  const job = agentJobSchema.parse({
    ...{ query: "?", model: "random", tools, sampling: {}, limits: { max_tokens: 400 } },
    response_format: { name: "answer", schema, strict: true },
  });
  let steps: Step[] = [];
  let end: Transcript["end"];
  const model = {
    ...{ name: "random", slots: 1, contextTokens: 4_096, close: async () => {} },
    complete: (request: CompletionRequest) => writer.complete(request),
  };
  const outcome = await runAgent(
    {
      ...{ id: "query", job, toolbox: { tools: [], missing: [...tools] }, model, now: () => 0 },
      log: {
        read: async () => ({ steps, end }),
        recordTurn: async (_, turn, outcome) => {
          steps = [...steps, { turn, observation: undefined }];
          end = outcome && { outcome, finished_at: 0 };
        },
        recordObservation: async (step, observation) => {
          steps = steps.map((each, index) => (index === step ? { ...each, observation } : each));
        },
      },
      toolRunner: { run: async () => "suspended" },
    },
    new AbortController().signal,
  );
  return { outcome, turns: steps.length };
}

describe("answers under the grammar of random schemas", () => {
  let llama: Llama;
  let model: LlamaModel;
  before(async () => {
    llama = await getLlama({ gpu: false, build: "never" });
    model = await llama.loadModel({ modelPath: DEMO_MODEL, vocabOnly: true });
  });
  after(() => llama.dispose());

  test("every completed answer fits; where a grammar says all of the schema, every whole one is completed", async () => {
    const schemas = [
      ...[...generatedSchemas(500)].map(({ schema }) => schema),
      ...Object.values(KINDS).map(([schema]) => schema),
    ].filter((schema) => findSchemaFault(schema) === undefined);
    assert.ok(schemas.length >= 500, `${schemas.length} schemas`);
    const tokens = tokensOf(model);
    const grammars = new TokenGrammars({ ...tokens, masks: new TokenMasks(tokens.vocabulary) });
    const own: OwnGrammars = { grammars, tokens, unspelled: 0 };
    const count = { completed: 0, corrected: 0, cut: 0, misfit: 0 };
    for (const [seed, schema] of schemas.entries()) {
      const { outcome, turns } = await ask(new RandomWriter(llama, model, own, seed), schema, []);
      assert.notEqual(outcome, "suspended");
      if (outcome === "suspended") continue;
      const shown = JSON.stringify({ schema, outcome });
      if (outcome.status === "completed") {
        count.completed++;
        if (turns > 1) count.corrected++;
        assert.equal(findFault(schema, outcome.answer), undefined, shown);
        continue;
      }
      assert.ok(outcome.status === "failed" && outcome.error.code === "schema_not_met", shown);
      const isCut = /cut off/.test(outcome.error.message);
      count[isCut ? "cut" : "misfit"]++;
      assert.ok(isCut || !isSaidByGrammar(schema), shown);
    }
    assert.ok(own.unspelled < schemas.length / 50, `${own.unspelled} grammars that llama.cpp alone holds`);
    assert.ok(count.completed > schemas.length / 2, JSON.stringify(count));
  });
});
