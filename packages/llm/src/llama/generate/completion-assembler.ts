import { ACTION_END } from "../../constraints/action-automaton.js";
import { ActionEndDetector } from "../../constraints/gbnf/action-grammar.js";
import type { IncrementalDetokenizer } from "./incremental-detokenizer.js";

export interface CompletionAssemblerOptions<Token extends number> {
  readonly pieces: IncrementalDetokenizer<Token>;
  readonly isAction: boolean;
  /** Whether a guide tells when the action has ended; otherwise its text tells. */
  readonly isGuided: boolean;
  /** Whether a space at its head is the tokenizer's, as SentencePiece puts one before a text. */
  readonly dropsFirstSpace: boolean;
  /** Called with each new piece. */
  readonly onText?: ((piece: string) => void) | undefined;
}

/** Gathers a completion's text; an action ends where its object ends. */
export class CompletionAssembler<Token extends number> {
  readonly #pieces: IncrementalDetokenizer<Token>;
  readonly #end: ActionEndDetector | undefined;
  readonly #onText: ((piece: string) => void) | undefined;
  #dropsSpace: boolean;
  #text = "";
  #ended = false;

  constructor({ pieces, isAction, isGuided, dropsFirstSpace, onText }: CompletionAssemblerOptions<Token>) {
    this.#pieces = pieces;
    this.#onText = onText;
    this.#dropsSpace = dropsFirstSpace;
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

  /** The whole text. A character of which only a part was written is left out. */
  finish(): string {
    return this.#text;
  }

  #add(given: string): void {
    if (given === "") return;
    const piece = this.#dropsSpace && given.startsWith(" ") ? given.slice(1) : given;
    this.#dropsSpace = false;
    if (piece === "") return;
    this.#text += piece;
    this.#onText?.(piece);
  }
}
