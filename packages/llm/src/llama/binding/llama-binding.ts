import type { LlamaContext, LlamaGrammarEvaluationState, Token } from "node-llama-cpp";

/**
 * What is used of node-llama-cpp's binding to llama.cpp, as its `dist/bindings/AddonTypes.d.ts` has it.
 * See docs/decisions/0016-own-batches.md for why its own queue of batches is not.
 */
export interface AddonContext {
  initBatch(size: number): void;
  /** Returns where in the batch the logits are that were asked for, by indexes into `tokens`. */
  addToBatch(sequence: number, position: number, tokens: Uint32Array, outputs: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(batchIndex: number, sampler: AddonSampler): Promise<Token | -1>;
  sampleToken(
    batchIndex: number,
    sampler: AddonSampler,
    probabilities: false,
    confidence: false,
    logits: LogitsFilter,
    totalWeight: boolean,
  ): Promise<SampledLogits>;
  /** Empties a sequence. */
  disposeSequence(sequence: number): void;
  /** Whether it could be done: a model may keep no cells apart. */
  removeTokenCellsFromSequence(sequence: number, start: number, end: number): boolean;
  /** The first position whose cell is still held. */
  getSequenceKvCacheMinPosition(sequence: number): number;
}

export type LogitsFilter = [tokens: readonly Token[], max: false, min: false, selected: false, top: number];

/** `logits`: token, logit, token, logit, … */
export type SampledLogits = readonly [
  token: Token | -1,
  probabilities: undefined,
  confidence: undefined,
  logits: readonly number[] | undefined,
  totalWeight: number | undefined,
];

/** A chain of samplers. Its random numbers restart only when its seed changes. */
export interface AddonSampler {
  /** What is left out is left out of the chain. */
  applyConfig(config: SamplerConfig): void;
  dispose(): void;
}

export interface SamplerConfig {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly seed: number;
  readonly repeatPenalty?: number;
  readonly repeatPenaltyFrequencyPenalty?: number;
  readonly repeatPenaltyPresencePenalty?: number;
  readonly repeatPenaltyMaxTokens?: number;
  readonly repeatPenaltyTokens?: Uint32Array;
  /** What is added to the logits of tokens, before all else; the other of the two says how much. */
  readonly tokenBiasKeys?: Uint32Array;
  readonly tokenBiasValues?: Float32Array;
  readonly grammarEvaluationState?: AddonGrammarState;
}

export type AddonGrammarState = object;

/** A grammar at a position of one completion. */
export interface GrammarState {
  readonly state: AddonGrammarState;
  /** Whether the token may follow. */
  allows(token: Token): boolean;
  /** Moves on by a token that may follow. A sampler that has the state does this itself. */
  accept(token: Token): void;
}

/** The binding's side of a context. */
export interface ContextBinding {
  readonly context: AddonContext;
  readonly newSampler: () => AddonSampler;
}

interface AddonSamplerClass {
  new (model: unknown): AddonSampler;
  acceptGrammarEvaluationStateToken(state: AddonGrammarState, token: Token): void;
  canBeNextTokenForGrammarEvaluationState(state: AddonGrammarState, token: Token): boolean;
}

interface ContextInternals {
  readonly _ctx: AddonContext;
  readonly _llama: { readonly _bindings: { readonly AddonSampler: AddonSamplerClass } };
  readonly _model: { readonly _model: unknown };
}

/** Throws where another version of node-llama-cpp keeps its binding elsewhere. */
export function bindingOf(context: LlamaContext): ContextBinding {
  // Its declarations leave the binding out; what is used of it is checked here, at the start.
  const { _ctx, _llama, _model } = context as unknown as Partial<ContextInternals>;
  const Sampler = _llama?._bindings?.AddonSampler;
  if (typeof _ctx?.decodeBatch !== "function" || typeof Sampler !== "function" || !_model?._model)
    throw new Error("This version of node-llama-cpp is not the one that Bullpen was written for.");
  return { context: _ctx, newSampler: () => new Sampler(_model._model) };
}

export function grammarStateOf(grammar: LlamaGrammarEvaluationState): GrammarState {
  // A cast, as in bindingOf.
  const { _state: state, _llama } = grammar as unknown as {
    readonly _state?: AddonGrammarState;
    readonly _llama?: ContextInternals["_llama"];
  };
  const Sampler = _llama?._bindings?.AddonSampler;
  if (!state || typeof Sampler?.canBeNextTokenForGrammarEvaluationState !== "function")
    throw new Error("This version of node-llama-cpp is not the one that Bullpen was written for.");
  return {
    state,
    allows: (token) => Sampler.canBeNextTokenForGrammarEvaluationState(state, token),
    accept: (token) => Sampler.acceptGrammarEvaluationStateToken(state, token),
  };
}
