import type { Completion, CompletionRequest, Constraint } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { ForcedPrefixTries } from "../../constraints/forced-prefix-trie.js";
import { ShapeGuide } from "../../constraints/shape-guide.js";
import type { TokenMasks } from "../../constraints/token-mask.js";
import type { Vocabulary } from "../../constraints/vocabulary.js";
import type { AddonGrammarState } from "../binding/llama-binding.js";
import { REPETITION_WINDOW, randomSeed } from "../sampling/sampling-options.js";
import { type SampleRequest, TokenSampler } from "../sampling/token-sampler.js";
import { MAX_DECODE_TOKENS } from "../scheduling/batch-scheduler.js";
import type { PrefillBudget } from "../scheduling/prefill-budget.js";
import type { SequenceSlot } from "../scheduling/sequence-slot.js";
import { CompletionAssembler } from "./completion-assembler.js";
import type { FastPaths } from "./fast-paths.js";
import type { IncrementalDetokenizer } from "./incremental-detokenizer.js";
import { promptLookupDraft } from "./prompt-lookup.js";

/** Tokens that are guessed at a time. */
const MAX_DRAFT_TOKENS = 8;

/** The two ways of holding a completion to a constraint. */
export interface ConstraintEngines {
  /** For shapes of constants and strings: tries and masks. */
  readonly tries: ForcedPrefixTries<Token>;
  readonly masks: TokenMasks<Token>;
  /** For shapes with JSON schemas: llama.cpp's grammar. */
  readonly startGrammar: (constraint: Constraint) => Promise<AddonGrammarState>;
}

/** What all generations on one context share. */
export interface GenerationSetup {
  readonly vocabulary: Vocabulary<Token>;
  readonly newDetokenizer: () => IncrementalDetokenizer<Token>;
  readonly plan: PrefillBudget;
  /** Without them completions are not held to their constraints. */
  readonly constraints: ConstraintEngines | undefined;
  /** Tokens that prompt and completion may take together. */
  readonly contextTokens: number;
  readonly fastPaths: FastPaths;
  /** Whether the tokenizer puts a space before a text. */
  readonly addsSpace: boolean;
  /** Tokens of a text in the middle of a prompt. */
  readonly tokenize: (text: string) => readonly Token[];
}

export interface GenerationTask {
  readonly slot: SequenceSlot;
  /** At least one token, and fewer than `contextTokens`. */
  readonly prompt: readonly Token[];
  readonly request: CompletionRequest;
  /** Throws when the generation is to stop; asked after every step. */
  readonly throwIfStopped: () => void;
}

/** Completes one prompt on one slot. What the slot's KV cache already holds of it is not computed again. */
export async function generate(setup: GenerationSetup, task: GenerationTask): Promise<Completion> {
  const { slot, prompt, request, throwIfStopped } = task;
  throwIfStopped();
  // The last token is always computed: its logits choose the first new one.
  await slot.keep(prompt.slice(0, -1));
  slot.lastKey = request.cacheKey;
  const cachedTokens = slot.length;
  await prefill(setup, task);
  const form = await chooseForm(setup, request);
  const endDecode = setup.plan.startDecode();
  try {
    return await new Generation(setup, task, form, cachedTokens).run();
  } finally {
    endDecode();
  }
}

/** Reads the prompt in parts, each in a batch with the others, up to the part that goes into the first draw. */
async function prefill({ plan }: GenerationSetup, task: GenerationTask): Promise<void> {
  const { slot, prompt, throwIfStopped } = task;
  const endPrefill = plan.startPrefill();
  try {
    for (;;) {
      throwIfStopped();
      const unread = prompt.slice(slot.length);
      const part = plan.chunkTokens;
      if (unread.length <= part) return;
      await slot.decode(unread.slice(0, part));
    }
  } finally {
    endPrefill();
  }
}

/** The new tokens of one completion, one after the other. */
class Generation {
  readonly #setup: GenerationSetup;
  readonly #task: GenerationTask;
  readonly #cachedTokens: number;
  readonly #guide: ShapeGuide<Token> | undefined;
  readonly #grammar: AddonGrammarState | undefined;
  readonly #text: CompletionAssembler<Token>;
  readonly #sampler = new TokenSampler();
  readonly #seed: number;
  readonly #recent: Token[];
  /** The tool's result that the completion may repeat. */
  readonly #repeatable: readonly Token[];
  /** The completion's tokens. */
  readonly #written: Token[] = [];

  constructor(setup: GenerationSetup, task: GenerationTask, form: Form, cachedTokens: number) {
    const { prompt, request } = task;
    this.#setup = setup;
    this.#task = task;
    this.#cachedTokens = cachedTokens;
    this.#guide = form.guide;
    this.#grammar = form.grammar;
    this.#text = new CompletionAssembler({
      pieces: setup.newDetokenizer(),
      isObject: request.constraint !== undefined,
      isGuided: this.#guide !== undefined,
      dropsFirstSpace: setup.addsSpace && !request.constraint && request.primer === "",
      onText: request.onText,
    });
    this.#seed = request.sampling.seed ?? randomSeed();
    this.#recent = prompt.slice(-REPETITION_WINDOW);
    this.#repeatable = setup.fastPaths.promptLookup ? setup.tokenize(lastResult(request)) : [];
  }

  async run(): Promise<Completion> {
    const { fastPaths } = this.#setup;
    for (;;) {
      if (fastPaths.forcedTokens && this.#appendForced()) return this.#complete();
      const reason = await this.#decodeAndSample();
      if (reason) return this.#complete(reason);
      this.#task.throwIfStopped();
    }
  }

  get #count(): number {
    return this.#written.length;
  }

  /** Adds the tokens that need no draw. Whether the completion has ended by that. */
  #appendForced(): boolean {
    for (let token = this.#guide?.forced(); token !== undefined; token = this.#guide?.forced()) {
      this.#accept(token);
      if (this.#isFinished()) return true;
    }
    return false;
  }

  /** Tokens of prompt and completion that the slot's KV cache does not hold. */
  #unevaluated(): readonly Token[] {
    const { slot, prompt } = this.#task;
    const written = Math.max(0, slot.length - prompt.length);
    return [...prompt.slice(slot.length), ...this.#written.slice(written)];
  }

  /**
   * Computes what is not yet evaluated and what probably follows it, and draws as long as that is what comes:
   * for each token the draw that it would have had in a step of its own. Why the completion ends, if it does.
   */
  async #decodeAndSample(): Promise<Completion["finishReason"] | undefined> {
    const { slot } = this.#task;
    const unevaluated = this.#unevaluated();
    const before = slot.length + unevaluated.length;
    const drafted = this.#draft(unevaluated.length);
    let right = 0;
    const reason = await slot.decodeWithLogits(
      [...unevaluated, ...drafted],
      1 + drafted.length,
      async (all) => {
        for (const [place, logits] of all.entries()) {
          const token = await this.#sampler.sample(logits, this.#nextSample());
          if (!this.#guide && this.#setup.vocabulary.isEndOfText(token)) return "stop";
          this.#accept(token);
          if (this.#isFinished()) return this.#finishReason();
          if (token !== drafted[place]) return undefined;
          right++;
        }
        return undefined;
      },
    );
    await slot.drop(slot.length - before - right);
    return reason;
  }

  /** What is probably drawn next, where the text repeats the tool's result. */
  #draft(unevaluated: number): readonly Token[] {
    const { prompt, request } = this.#task;
    if (this.#repeatable.length === 0 || this.#guide?.isFree === false) return [];
    const left = Math.min(request.maxTokens, this.#setup.contextTokens - prompt.length) - this.#count - 1;
    return promptLookupDraft(
      this.#repeatable,
      this.#written,
      Math.min(MAX_DRAFT_TOKENS, MAX_DECODE_TOKENS - unevaluated, left),
    );
  }

  #nextSample(): SampleRequest {
    const { vocabulary, fastPaths } = this.#setup;
    return {
      sampling: this.#task.request.sampling,
      seed: this.#seed,
      index: this.#count,
      recent: this.#recent,
      mask: this.#guide?.mask(),
      vocabularySize: vocabulary.size,
      provesSamples: fastPaths.provenSampling,
      grammar: this.#grammar,
    };
  }

  #accept(token: Token): void {
    this.#written.push(token);
    this.#recent.push(token);
    if (this.#recent.length > REPETITION_WINDOW) this.#recent.shift();
    this.#guide?.push(token);
    this.#text.push(token, this.#guide?.ended ?? false);
  }

  #isFinished(): boolean {
    return this.#finishReason() !== undefined;
  }

  #finishReason(): Completion["finishReason"] | undefined {
    if (this.#text.ended) return "stop";
    if (this.#count >= this.#task.request.maxTokens) return "length";
    return this.#task.prompt.length + this.#count >= this.#setup.contextTokens ? "context" : undefined;
  }

  #complete(finishReason = this.#finishReason() ?? "stop"): Completion {
    return {
      text: this.#text.finish(),
      finishReason,
      usage: {
        prompt_tokens: this.#task.prompt.length,
        cached_tokens: this.#cachedTokens,
        completion_tokens: this.#count,
      },
    };
  }
}

/** What the tool answered that the completion follows, if it follows one. */
function lastResult({ messages }: CompletionRequest): string {
  const last = messages.at(-1);
  return last?.role === "tool" ? last.content : "";
}

/** What holds a completion to its constraint: a guide, llama.cpp's grammar, or nothing. */
interface Form {
  readonly guide?: ShapeGuide<Token>;
  readonly grammar?: AddonGrammarState;
}

async function chooseForm(
  { constraints, vocabulary }: GenerationSetup,
  { constraint }: CompletionRequest,
): Promise<Form> {
  if (!constraint || !constraints) return {};
  if (hasObjects(constraint)) return { grammar: await constraints.startGrammar(constraint) };
  return { guide: new ShapeGuide(vocabulary, constraints.masks, constraints.tries.of(constraint)) };
}

function hasObjects({ alternatives }: Constraint): boolean {
  return alternatives.some((shape) => shape.some(({ value }) => value.type === "object"));
}
