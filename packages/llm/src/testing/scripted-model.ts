import { abortable } from "@bullpen/base";
import type { Completion, CompletionRequest, LanguageModel, TokenUsage } from "@bullpen/contracts";
import { SlotPool } from "../llama/scheduling/slot-pool.js";

/** What a scripted model answers: a text, a text with its ending, or an error to reject with. */
export type ScriptedReply =
  | string
  | Error
  | {
      readonly text: string;
      /** Default: `stop`. */
      readonly finishReason?: Completion["finishReason"];
      readonly usage?: Partial<TokenUsage>;
      readonly logprobs?: Completion["logprobs"];
    };

/** `callIndex` counts from 0 in the order in which requests get their slot. */
export type Script = (
  request: CompletionRequest,
  callIndex: number,
  signal: AbortSignal,
) => ScriptedReply | Promise<ScriptedReply>;

export interface ScriptedModelOptions {
  readonly script: Script;
  /** Default: `scripted`. */
  readonly name?: string;
  /** Default: 4. */
  readonly slots?: number;
  /** Default: 4096. The script is not checked against it. */
  readonly contextTokens?: number;
}

/** A language model for tests: a function answers in place of a model. Its slots are limited like a model's. */
export class ScriptedModel implements LanguageModel {
  readonly name: string;
  readonly slots: number;
  readonly contextTokens: number;
  /** The requests that got a slot, in the order in which they got it. */
  readonly requests: CompletionRequest[] = [];
  /** The most requests that held slots at one time. */
  peakConcurrency = 0;
  readonly #script: Script;
  readonly #pool: SlotPool<number>;
  #busy = 0;

  constructor({ script, name = "scripted", slots = 4, contextTokens = 4096 }: ScriptedModelOptions) {
    this.#script = script;
    this.name = name;
    this.slots = slots;
    this.contextTokens = contextTokens;
    this.#pool = new SlotPool(Array.from({ length: slots }, (_, id) => id));
  }

  /** How many requests have got a slot. */
  get calls(): number {
    return this.requests.length;
  }

  async complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    const slot = await this.#pool.acquire((free) => Math.min(...free), signal);
    this.#busy++;
    this.peakConcurrency = Math.max(this.peakConcurrency, this.#busy);
    const callIndex = this.requests.push(request) - 1;
    try {
      signal.throwIfAborted();
      const reply = await abortable(run(this.#script, request, callIndex, signal), signal);
      if (reply instanceof Error) throw reply;
      const given = typeof reply === "string" ? { text: reply } : reply;
      // In words, as a model would write it.
      for (const piece of given.text.split(/(?<=\s)/)) request.onText?.(piece);
      return toCompletion(request, given);
    } finally {
      this.#busy--;
      this.#pool.release(slot);
    }
  }

  async close(): Promise<void> {
    this.#pool.close(new Error(`The model ${this.name} has been closed.`));
  }
}

/** A script that throws rejects. */
async function run(script: Script, ...call: Parameters<Script>): Promise<ScriptedReply> {
  return script(...call);
}

function toCompletion(
  request: CompletionRequest,
  { text, finishReason = "stop", usage, logprobs }: Exclude<ScriptedReply, string | Error>,
): Completion {
  const prompt = request.messages.map((message) => message.content).join("") + request.primer;
  return {
    text,
    finishReason,
    ...(logprobs && { logprobs }),
    usage: {
      prompt_tokens: countTokens(prompt),
      cached_tokens: 0,
      completion_tokens: countTokens(text),
      ...usage,
    },
  };
}

/** A plausible number: English has about four characters a token. */
function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
