import { ACTION_END } from "./action-automaton.js";
import { ActionEndDetector } from "./action-grammar.js";
import type { TokenText } from "./token-text.js";

export interface CompletionTextOptions<Token extends number> {
  readonly pieces: TokenText<Token>;
  readonly isAction: boolean;
  /** Whether a guide tells when the action has ended; otherwise its text tells. */
  readonly isGuided: boolean;
  /** Called with each new piece. */
  readonly onText?: ((piece: string) => void) | undefined;
}

/** Gathers a completion's text; an action ends where its object ends. */
export class CompletionText<Token extends number> {
  readonly #pieces: TokenText<Token>;
  readonly #end: ActionEndDetector | undefined;
  readonly #onText: ((piece: string) => void) | undefined;
  #text = "";
  #ended = false;

  constructor({ pieces, isAction, isGuided, onText }: CompletionTextOptions<Token>) {
    this.#pieces = pieces;
    this.#onText = onText;
    this.#end = isAction && !isGuided ? new ActionEndDetector() : undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** `endsInput`: the token holds the quotation mark that ends an action's input. */
  push(token: Token, endsInput: boolean): void {
    const piece = this.#pieces.push(token);
    if (endsInput) {
      this.#add(piece.slice(0, piece.lastIndexOf('"') + 1) + ACTION_END);
      this.#ended = true;
      return;
    }
    const length = this.#end?.push(piece);
    this.#add(piece.slice(0, length));
    this.#ended = length !== undefined;
  }

  /** The whole text, once; of an unfinished one a character that is not whole ends in U+FFFD. */
  finish(): string {
    if (!this.#ended) this.#add(this.#pieces.flush());
    return this.#text;
  }

  #add(piece: string): void {
    if (piece === "") return;
    this.#text += piece;
    this.#onText?.(piece);
  }
}
