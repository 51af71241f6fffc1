import { type Completion, type CompletionRequest, FINAL_ANSWER } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import { ActionGuide, type Guide } from "./action-guide.js";
import type { ActionHeads } from "./action-heads.js";
import type { AddonGrammarState } from "./addon-context.js";
import { CompletionText } from "./completion-text.js";
import { type DrawRequest, drawNext } from "./draw-next.js";
import { REPETITION_WINDOW, randomSeed } from "./sampling-options.js";
import type { Savings } from "./savings.js";
import type { SequenceSlot } from "./sequence-slot.js";
import type { StepBarrier } from "./step-barrier.js";
import type { StepPlan } from "./step-plan.js";
import type { TokenText } from "./token-text.js";
import type { Vocabulary } from "./vocabulary.js";

/** The two ways of holding an action to its form. */
export interface ActionForms {
  /** For actions whose inputs are texts. */
  readonly heads: ActionHeads<Token>;
  /** For tools that take objects, whose inputs are held to JSON schemas. */
  readonly startGrammar: (tools: CompletionRequest["tools"]) => Promise<AddonGrammarState>;
}

/** What all generations on one context share. */
export interface GenerationSetup {
  readonly vocabulary: Vocabulary<Token>;
  readonly newTokenText: () => TokenText<Token>;
  readonly barrier: StepBarrier;
  readonly plan: StepPlan;
  /** Hold actions to their form; `undefined` leaves them free. */
  readonly actions: ActionForms | undefined;
  /** Tokens that prompt and completion may take together. */
  readonly contextTokens: number;
  readonly savings: Savings;
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
  await setup.barrier.join();
  const unread = await readPrompt(setup, task);
  const form = await chooseForm(setup, request);
  const stopGenerating = setup.plan.startGenerating();
  try {
    return await new Generation(setup, task, form, cachedTokens).run(unread);
  } finally {
    stopGenerating();
  }
}

/** Reads the prompt in parts, each in a step with the others; what is returned goes into the first draw. */
async function readPrompt({ barrier, plan }: GenerationSetup, task: GenerationTask): Promise<Token[]> {
  const { slot, prompt, throwIfStopped } = task;
  const stopReading = plan.startReading();
  try {
    for (;;) {
      throwIfStopped();
      const unread = prompt.slice(slot.length);
      const part = plan.promptPart;
      if (unread.length <= part) return unread;
      await barrier.step(() => slot.evaluate(unread.slice(0, part)));
    }
  } finally {
    stopReading();
  }
}

/** The new tokens of one completion, one after the other. */
class Generation {
  readonly #setup: GenerationSetup;
  readonly #task: GenerationTask;
  readonly #cachedTokens: number;
  readonly #guide: Guide<Token> | undefined;
  readonly #grammar: AddonGrammarState | undefined;
  readonly #text: CompletionText<Token>;
  readonly #seed: number;
  readonly #recent: Token[];
  #count = 0;

  constructor(setup: GenerationSetup, task: GenerationTask, form: Form, cachedTokens: number) {
    const { prompt, request } = task;
    this.#setup = setup;
    this.#task = task;
    this.#cachedTokens = cachedTokens;
    this.#guide = form.guide;
    this.#grammar = form.grammar;
    this.#text = new CompletionText({
      pieces: setup.newTokenText(),
      isAction: request.format === "action",
      isGuided: this.#guide !== undefined,
      onText: request.onText,
    });
    this.#seed = request.sampling.seed ?? randomSeed();
    this.#recent = prompt.slice(-REPETITION_WINDOW);
  }

  /** `pending`: the tokens of the prompt that are still to be evaluated. */
  async run(pending: readonly Token[]): Promise<Completion> {
    const { barrier } = this.#setup;
    let unevaluated = [...pending];
    for (;;) {
      if (this.#appendForced(unevaluated)) return this.#complete();
      unevaluated = await this.#evaluateAllButLast(unevaluated);
      const token = await barrier.step(() => this.#draw(unevaluated));
      this.#task.throwIfStopped();
      if (!this.#guide && this.#setup.vocabulary.isEndOfText(token)) return this.#complete("stop");
      this.#accept(token);
      if (this.#isFinished()) return this.#complete();
      unevaluated = [token];
    }
  }

  /** Adds the tokens that need no draw. Whether the completion has ended by that. */
  #appendForced(unevaluated: Token[]): boolean {
    if (!this.#setup.savings.forcedText) return false;
    for (let token = this.#guide?.forced(); token !== undefined; token = this.#guide?.forced()) {
      this.#accept(token);
      unevaluated.push(token);
      if (this.#isFinished()) return true;
    }
    return false;
  }

  /** Where several tokens in one step do not pay, forced ones go one by one, at least without a draw. */
  async #evaluateAllButLast(unevaluated: Token[]): Promise<Token[]> {
    const { barrier, plan } = this.#setup;
    let rest = unevaluated;
    // The first step reads the end of the prompt: that is long anyway.
    while (this.#count > 0 && this.#isBehindPrompt() && rest.length > 1 && !plan.allowsLongSteps) {
      const [first, ...others] = rest;
      if (first === undefined) break;
      await barrier.step(() => this.#task.slot.evaluate([first]));
      this.#task.throwIfStopped();
      rest = others;
    }
    return rest;
  }

  #isBehindPrompt(): boolean {
    return this.#task.slot.length >= this.#task.prompt.length;
  }

  #draw(unevaluated: readonly Token[]): Promise<Token> {
    const { vocabulary, savings } = this.#setup;
    const guide = this.#guide;
    const request: DrawRequest = {
      sampling: this.#task.request.sampling,
      punished: new Set(this.#recent),
      isLegal: (token) => guide?.isLegal(token) ?? true,
      seed: this.#seed,
      index: this.#count,
      recent: this.#recent,
      choices: guide?.choices(),
      vocabularySize: vocabulary.size,
      shortcut: savings.certainDraws,
      grammar: this.#grammar,
    };
    return this.#task.slot.evaluateAndLook(unevaluated, 1, async ([logits]) => {
      if (!logits) throw new Error("llama.cpp gave no logits.");
      return drawNext(logits, request);
    });
  }

  #accept(token: Token): void {
    this.#count++;
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

/** What holds a completion to its form: a guide, llama.cpp's grammar, or nothing. */
interface Form {
  readonly guide?: Guide<Token>;
  readonly grammar?: AddonGrammarState;
}

async function chooseForm(
  { actions, vocabulary }: GenerationSetup,
  { format, tools = [] }: CompletionRequest,
): Promise<Form> {
  if (format !== "action" || !actions) return {};
  if (tools.some(({ inputSchema }) => inputSchema)) return { grammar: await actions.startGrammar(tools) };
  const names = [...tools.map(({ name }) => name), FINAL_ANSWER];
  return { guide: new ActionGuide(vocabulary, tools.length > 0 ? actions.heads.of(names) : undefined) };
}
