import type { Completion, CompletionRequest } from "@bullpen/contracts";
import { type LlamaGrammar, LlamaGrammarEvaluationState, type LlamaModel, type Token } from "node-llama-cpp";
import { ActionEndDetector } from "./action-grammar.js";
import type { ActionGrammars } from "./action-grammars.js";
import { REPETITION_WINDOW, toEvaluateOptions } from "./sampling-options.js";
import type { SequenceSlot } from "./sequence-slot.js";
import type { StepBarrier } from "./step-barrier.js";
import { TokenText } from "./token-text.js";

/** What all generations on one context share. */
export interface GenerationSetup {
  readonly model: LlamaModel;
  readonly barrier: StepBarrier;
  /** Hold actions to their grammar; `undefined` leaves them free. */
  readonly actionGrammars: ActionGrammars<LlamaGrammar> | undefined;
  /** Tokens that prompt and completion may take together. */
  readonly contextTokens: number;
  readonly batchSize: number;
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
  await slot.sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  slot.lastKey = request.cacheKey;
  const cachedTokens = slot.sequence.nextTokenIndex;
  let done = cachedTokens;
  // In parts of a batch each, so that a request that is cancelled leaves soon.
  for (; prompt.length - done > setup.batchSize; done += setup.batchSize) {
    throwIfStopped();
    await slot.sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(done, done + setup.batchSize), {
      evaluationPriority: slot.priority,
    });
  }
  throwIfStopped();
  const { text, tokens, finishReason } = await generateText(setup, task, prompt.slice(done));
  return {
    text,
    finishReason,
    usage: { prompt_tokens: prompt.length, cached_tokens: cachedTokens, completion_tokens: tokens },
  };
}

interface GeneratedText {
  readonly text: string;
  readonly tokens: number;
  readonly finishReason: Completion["finishReason"];
}

async function generateText(
  setup: GenerationSetup,
  task: GenerationTask,
  unevaluated: Token[],
): Promise<GeneratedText> {
  const { barrier, contextTokens } = setup;
  const { prompt, request, throwIfStopped } = task;
  const recent = prompt.slice(-REPETITION_WINDOW);
  const output = new OutputText(setup.model, request.format);
  const grammar = request.format === "action" ? await setup.actionGrammars?.for(request.tools) : undefined;
  const tokens = startEvaluation(setup, task, { unevaluated, recent, grammar });
  let count = 0;
  try {
    let step = await tokens.next();
    await barrier.join();
    while (true) {
      throwIfStopped();
      if (step.done) return { text: output.finish(), tokens: count, finishReason: "stop" };
      count++;
      recent.push(step.value);
      if (recent.length > REPETITION_WINDOW) recent.shift();
      if (output.push(step.value)) return { text: output.finish(), tokens: count, finishReason: "stop" };
      if (count >= request.maxTokens) return { text: output.finish(), tokens: count, finishReason: "length" };
      if (prompt.length + count >= contextTokens)
        return { text: output.finish(), tokens: count, finishReason: "context" };
      step = await barrier.step(() => tokens.next());
    }
  } finally {
    await tokens.return();
  }
}

function startEvaluation(
  { model }: GenerationSetup,
  { slot, request }: GenerationTask,
  start: { unevaluated: Token[]; recent: Token[]; grammar: LlamaGrammar | undefined },
): AsyncGenerator<Token, void, void> {
  const { unevaluated, recent, grammar } = start;
  return slot.sequence.evaluate(unevaluated, {
    ...toEvaluateOptions(request.sampling, () => recent),
    ...(grammar && { grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }) }),
    evaluationPriority: slot.priority,
  });
}

/** Gathers a completion's text; an action ends where its object ends. */
class OutputText {
  readonly #pieces: TokenText<Token>;
  readonly #end: ActionEndDetector | undefined;
  #text = "";
  #ended = false;

  constructor(model: LlamaModel, format: CompletionRequest["format"]) {
    this.#pieces = new TokenText({ detokenize: model.detokenize, anchor: model.tokenize("\n") });
    this.#end = format === "action" ? new ActionEndDetector() : undefined;
  }

  /** Whether the completion has ended. */
  push(token: Token): boolean {
    const piece = this.#pieces.push(token);
    const length = this.#end?.push(piece);
    this.#text += piece.slice(0, length);
    this.#ended = length !== undefined;
    return this.#ended;
  }

  finish(): string {
    return this.#ended ? this.#text : this.#text + this.#pieces.flush();
  }
}
