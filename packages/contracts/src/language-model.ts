import type { Constraint } from "./constraint.js";
import type { TokenLogprob } from "./logprobs.js";
import type { Sampling } from "./sampling.js";

/** One part of a conversation, in the order in which the model meets it. */
export interface Message {
  /** `system`: the instructions. `tool`: an observation. */
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
}

/**
 * A request that the model can never take, such as a conversation that its chat template refuses. The
 * message is written for the caller. Nothing is gained by trying again.
 */
export class RefusedRequestError extends Error {
  override readonly name: string = "RefusedRequestError";
}

/** One turn for a language model to complete. */
export interface CompletionRequest {
  readonly messages: readonly Message[];
  /** Text that opens the assistant's reply and that the model continues. "" where the model begins it. */
  readonly primer: string;
  /** Text that closed the earlier replies to this primer in `messages`, after the completion. Default: none. */
  readonly closing?: string;
  /**
   * Holds the completion to the shape of an object, which the primer opens, or to a JSON value. With a value, and
   * without a constraint, the conversation is written as the model's own chat template has it.
   */
  readonly constraint?: Constraint | undefined;
  readonly sampling: Sampling;
  /** With each token its probability, and those of so many of the likeliest at its place. Default: none are told. */
  readonly logprobs?: number | undefined;
  /** Texts at the first of which a completion without a constraint ends; it may be a part of it. Default: none. */
  readonly stop?: readonly string[] | undefined;
  /** Most tokens to generate in this turn. */
  readonly maxTokens: number;
  /** Called with each new piece of the text while it is written. A model that does not stream calls it once. */
  readonly onText?: (piece: string) => void;
  /** Requests of one key share a prefix: the model prefers a slot that still holds it. */
  readonly cacheKey?: string;
  /**
   * Whether the caller will send more of the same conversation after a completion with this text: the model then
   * keeps its prefix longer. Default: it will not.
   */
  readonly willContinue?: (text: string) => boolean;
}

export interface Completion {
  /** The new text alone, without prompt and primer. */
  readonly text: string;
  /**
   * `stop`: the model ended its turn; `length`: it reached `maxTokens`;
   * `context`: prompt and completion do not fit the model's context.
   */
  readonly finishReason: "stop" | "length" | "context";
  readonly usage: TokenUsage;
  /** Of each token of `text`. Default: the request did not ask, or the engine does not tell. */
  readonly logprobs?: readonly TokenLogprob[] | undefined;
  /** Where the time went. Default: the engine does not tell. */
  readonly timings?: CompletionTimings;
}

/** Parts of a completion's time, in milliseconds. */
export interface CompletionTimings {
  /** For a slot. */
  readonly waiting_ms: number;
  /** From the slot to the first new token. */
  readonly prompt_ms: number;
  /** From the first new token to the last. */
  readonly generation_ms: number;
}

/** Tokens of one or more turns. */
export interface TokenUsage {
  readonly prompt_tokens: number;
  /** The part of `prompt_tokens` that was not computed again. */
  readonly cached_tokens: number;
  readonly completion_tokens: number;
}

/** A model that completes conversations; one object serves many requests at once. */
export interface LanguageModel {
  /** The name that queries ask for. */
  readonly name: string;
  /** Requests that run side by side; more than these wait. */
  readonly slots: number;
  /** Tokens that one request's prompt and completion may take together. */
  readonly contextTokens: number;
  /**
   * Rejects with the signal's reason when `signal` aborts, and frees the slot at once; with a
   * {@link RefusedRequestError} where the model can never take the request.
   */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion>;
  /** Rejects with the reason while the model is away. Without it the model is there as long as its process. */
  checkReady?(): Promise<void>;
  close(): Promise<void>;
}
