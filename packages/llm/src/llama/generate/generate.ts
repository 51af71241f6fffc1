import type { Completion, CompletionRequest } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { GrammarGuide } from "../../constraints/grammar/grammar-guide.js";
import type { ShapeGuide } from "../../constraints/shape-guide.js";
import type { GrammarState } from "../binding/llama-binding.js";
import type { ModelTokens } from "../load/model-tokens.js";
import { REPETITION_WINDOW, randomSeed } from "../sampling/sampling-options.js";
import { type SampleRequest, TokenSampler } from "../sampling/token-sampler.js";
import { MAX_DECODE_TOKENS } from "../scheduling/batch-scheduler.js";
import type { PrefillBudget } from "../scheduling/prefill-budget.js";
import type { SequenceSlot } from "../scheduling/sequence-slot.js";
import { type ConstraintEngines, chooseForm, type Form, formOf } from "./choose-form.js";
import { CompletionAssembler } from "./completion-assembler.js";
import { CompletionTimer } from "./completion-timer.js";
import type { FastPaths } from "./fast-paths.js";
import { LogprobRecorder } from "./logprob-recorder.js";
import { promptLookupDraft } from "./prompt-lookup.js";

/**
 * Most tokens of a draft. A wrong one costs a step the tokens after its first mistake. 8 is half of what a step takes, so
 * that forced tokens before the draft fit too.
 */
const MAX_DRAFT_TOKENS = 8;

/** What all generations on one context share. */
export interface GenerationSetup extends ModelTokens {
  readonly prefillBudget: PrefillBudget;
  /** Without them completions are not held to their constraints. */
  readonly constraints: ConstraintEngines | undefined;
  /** Tokens that prompt and completion may take together. */
  readonly contextTokens: number;
  readonly fastPaths: FastPaths;
}

export interface GenerationTask {
  readonly slot: SequenceSlot;
  /** At least one token, and fewer than `contextTokens`. */
  readonly prompt: readonly Token[];
  readonly request: CompletionRequest;
  /** Throws if the generation must stop. Called before and after every step. */
  readonly throwIfStopped: () => void;
  /** When the request came, before it waited for the slot, by `performance.now()`. */
  readonly requestedAt: number;
}

/** Completes one prompt on one slot. The part of the prompt that the slot's KV cache holds is not computed again. */
export async function generate(setup: GenerationSetup, task: GenerationTask): Promise<Completion> {
  const { slot, prompt, request, throwIfStopped } = task;
  throwIfStopped();
  const timer = new CompletionTimer(task.requestedAt);
  // The last token is always computed: its logits choose the first new one.
  await slot.keep(prompt.slice(0, -1));
  slot.lastKey = request.cacheKey;
  const cachedTokens = slot.length;
  await prefill(setup, task);
  const form = await chooseForm(setup, request);
  const endDecode = setup.prefillBudget.startDecode();
  try {
    return await new Generation(setup, task, form, { cachedTokens, timer }).run();
  } finally {
    endDecode();
  }
}

/**
 * Chunked prefill: decodes the prompt in chunks, each in a batch with other sequences' tokens. The last chunk is left to
 * the first step of the generation, which samples after it.
 */
async function prefill({ prefillBudget }: GenerationSetup, task: GenerationTask): Promise<void> {
  const { slot, prompt, throwIfStopped } = task;
  const endPrefill = prefillBudget.startPrefill();
  try {
    for (;;) {
      throwIfStopped();
      const left = prompt.slice(slot.length);
      const chunk = prefillBudget.chunkTokens;
      if (left.length <= chunk) return;
      await slot.prefill(left.slice(0, chunk));
    }
  } finally {
    endPrefill();
  }
}

/** What has happened before the first new token. */
interface Beginning {
  /** Tokens of the prompt that the slot's KV cache held. */
  readonly cachedTokens: number;
  readonly timer: CompletionTimer;
}

/** The new tokens of one completion, one after the other. */
class Generation {
  readonly #setup: GenerationSetup;
  readonly #task: GenerationTask;
  readonly #cachedTokens: number;
  readonly #timer: CompletionTimer;
  readonly #guide: ShapeGuide<Token> | GrammarGuide<Token> | undefined;
  /** Whether the guide knows objects alone, whose last value ends with its quotation mark. */
  readonly #isShape: boolean;
  readonly #grammar: GrammarState | undefined;
  readonly #text: CompletionAssembler<Token>;
  readonly #sampler = new TokenSampler();
  readonly #seed: number;
  readonly #recent: Token[];
  /** The tokens of the tool's result, which the completion may repeat. */
  readonly #source: readonly Token[];
  readonly #logprobs: LogprobRecorder | undefined;
  /** The completion's tokens. */
  readonly #tokens: Token[] = [];

  constructor(setup: GenerationSetup, task: GenerationTask, form: Form, { cachedTokens, timer }: Beginning) {
    const { prompt, request } = task;
    this.#setup = setup;
    this.#task = task;
    this.#cachedTokens = cachedTokens;
    this.#timer = timer;
    this.#guide = form.shape ?? form.guide;
    this.#isShape = form.shape !== undefined;
    this.#grammar = form.grammar;
    this.#text = new CompletionAssembler({
      pieces: setup.newDetokenizer(),
      form: formOf(request),
      stop: request.stop,
      isGuided: this.#isShape,
      dropsFirstSpace: setup.addsSpace && formOf(request) !== "object" && request.primer === "",
      onText: request.onText,
    });
    this.#logprobs = LogprobRecorder.of(request, setup.vocabulary);
    this.#seed = request.sampling.seed ?? randomSeed();
    this.#recent = prompt.slice(-REPETITION_WINDOW);
    this.#source = setup.fastPaths.promptLookup ? setup.tokenize(lastResult(request)) : [];
  }

  async run(): Promise<Completion> {
    const { fastPaths } = this.#setup;
    for (;;) {
      if (fastPaths.forcedTokens && this.#appendForced()) return this.#complete();
      const reason = await this.#decodeAndSample();
      this.#timer.markFirstToken();
      if (reason) return this.#complete(reason);
      this.#task.throwIfStopped();
    }
  }

  get #count(): number {
    return this.#tokens.length;
  }

  /** Adds the tokens that need no sampling. Returns whether the completion ends with them. */
  #appendForced(): boolean {
    for (let token = this.#guide?.forced(); token !== undefined; token = this.#guide?.forced()) {
      this.#accept(token);
      if (this.#isFinished()) return true;
    }
    return false;
  }

  /** The tokens of prompt and completion that the slot's KV cache does not hold. */
  #pending(): readonly Token[] {
    const { slot, prompt } = this.#task;
    const written = Math.max(0, slot.length - prompt.length);
    return [...prompt.slice(slot.length), ...this.#tokens.slice(written)];
  }

  /**
   * Decodes the pending tokens and a draft in one step. Samples after each, as a step of its own would have done, and
   * stops at the first token that differs from the draft. Returns the finish reason, or `undefined` to go on.
   */
  async #decodeAndSample(): Promise<Completion["finishReason"] | undefined> {
    const { slot } = this.#task;
    const pending = this.#pending();
    const before = slot.length + pending.length;
    const draft = this.#draft(pending.length);
    let accepted = 0;
    const reason = await slot.decodeWithLogits([...pending, ...draft], 1 + draft.length, async (all) => {
      for (const [place, logits] of all.entries()) {
        const token = await this.#sampler.sample(logits, this.#nextSample());
        if (!this.#isShape && this.#setup.vocabulary.isEndOfText(token)) return "stop";
        if (this.#logprobs) await this.#logprobs.add(token, logits);
        this.#accept(token);
        if (this.#isFinished()) return this.#finishReason();
        if (token !== draft[place]) return undefined;
        accepted++;
      }
      return undefined;
    });
    await slot.drop(slot.length - before - accepted);
    return reason;
  }

  /** The tokens that probably come next, if the text repeats the tool's result. */
  #draft(pendingCount: number): readonly Token[] {
    const { prompt, request } = this.#task;
    if (this.#source.length === 0 || this.#guide?.isFree === false) return [];
    const left = Math.min(request.maxTokens, this.#setup.contextTokens - prompt.length) - this.#count - 1;
    return promptLookupDraft(
      this.#source,
      this.#tokens,
      Math.min(MAX_DRAFT_TOKENS, MAX_DECODE_TOKENS - pendingCount, left),
    );
  }

  #nextSample(): SampleRequest {
    const { vocabulary, fastPaths } = this.#setup;
    return {
      sampling: this.#task.request.sampling,
      seed: this.#seed,
      index: this.#count,
      recent: this.#penalized(),
      guide: this.#guide,
      vocabularySize: vocabulary.size,
      provesSamples: fastPaths.provenSampling,
      grammar: this.#grammar,
    };
  }

  /** Frequency and presence are those in the completion alone; the repetition penalty counts the end of the prompt too. */
  #penalized(): readonly Token[] {
    const { repetition_penalty, frequency_penalty, presence_penalty } = this.#task.request.sampling;
    const isOfCompletion = repetition_penalty === 1 && (frequency_penalty || presence_penalty);
    return isOfCompletion ? this.#tokens : this.#recent;
  }

  #accept(token: Token): void {
    this.#tokens.push(token);
    this.#recent.push(token);
    if (this.#recent.length > REPETITION_WINDOW) this.#recent.shift();
    this.#guide?.push(token);
    this.#text.push(token, this.#isShape && this.#guide?.ended === true);
  }

  #isFinished(): boolean {
    return this.#finishReason() !== undefined;
  }

  #finishReason(): Completion["finishReason"] | undefined {
    if (this.#text.ended || this.#guide?.ended) return "stop";
    if (this.#count >= this.#task.request.maxTokens) return "length";
    return this.#task.prompt.length + this.#count >= this.#setup.contextTokens ? "context" : undefined;
  }

  #complete(finishReason = this.#finishReason() ?? "stop"): Completion {
    return {
      text: this.#text.finish(),
      finishReason,
      ...(this.#logprobs && { logprobs: this.#logprobs.tokens }),
      usage: {
        prompt_tokens: this.#task.prompt.length,
        cached_tokens: this.#cachedTokens,
        completion_tokens: this.#count,
      },
      timings: this.#timer.timings(),
    };
  }
}

/** The tool's result that comes last in the conversation, or "". */
function lastResult({ messages }: CompletionRequest): string {
  const last = messages.at(-1);
  return last?.role === "tool" ? last.content : "";
}
