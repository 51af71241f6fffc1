import { findStop, OBJECT_CLOSING } from "@bullpen/contracts";
import { ObjectEndDetector } from "../../constraints/object-end.js";
import type { IncrementalDetokenizer } from "./incremental-detokenizer.js";

export interface CompletionAssemblerOptions<Token extends number> {
  readonly pieces: IncrementalDetokenizer<Token>;
  /** Whether it is an object that the primer opened, a JSON value, or free text. */
  readonly form: "object" | "value" | "text";
  /** Texts at which a free text ends. Default: none. */
  readonly stop?: readonly string[] | undefined;
  /** Whether a guide tells when the object has ended; otherwise its text tells. */
  readonly isGuided: boolean;
  /** Whether a space at the start is the tokenizer's, as SentencePiece puts one before a text. */
  readonly dropsFirstSpace: boolean;
  /** Called with each new piece. */
  readonly onText?: ((piece: string) => void) | undefined;
}

/** Puts a completion's text together. An object ends with its closing brace, an array with its bracket. */
export class CompletionAssembler<Token extends number> {
  readonly #pieces: IncrementalDetokenizer<Token>;
  readonly #end: ObjectEndDetector | undefined;
  readonly #onText: ((piece: string) => void) | undefined;
  readonly #stop: readonly string[];
  #dropsSpace: boolean;
  #text = "";
  #ended = false;

  constructor({
    pieces,
    form,
    stop = [],
    isGuided,
    dropsFirstSpace,
    onText,
  }: CompletionAssemblerOptions<Token>) {
    this.#pieces = pieces;
    this.#onText = onText;
    this.#stop = form === "text" ? stop : [];
    this.#dropsSpace = dropsFirstSpace;
    this.#end = form === "text" || isGuided ? undefined : new ObjectEndDetector(form === "object");
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** @param endsValue whether the token holds the quotation mark that ends the object's last value. */
  push(token: Token, endsValue: boolean): void {
    const piece = this.#pieces.push(token);
    if (endsValue) {
      this.#add(piece.slice(0, piece.lastIndexOf('"') + 1) + OBJECT_CLOSING);
      this.#ended = true;
      return;
    }
    const length = this.#end?.push(piece);
    this.#add(piece.slice(0, length));
    this.#ended = length !== undefined || this.#hasStop(piece.length);
  }

  /** The whole text, without a character of which only a part was generated. */
  finish(): string {
    return this.#text;
  }

  /** Whether the last characters, of that number, end a stop. */
  #hasStop(added: number): boolean {
    if (this.#stop.length === 0) return false;
    const from = this.#text.length - added - Math.max(...this.#stop.map((stop) => stop.length));
    return findStop(this.#text, this.#stop, Math.max(0, from)) !== undefined;
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
