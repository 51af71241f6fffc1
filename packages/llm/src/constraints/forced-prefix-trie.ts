import { ACTION_SEPARATOR, inputAfter, type Segment } from "./action-automaton.js";
import type { Vocabulary } from "./vocabulary.js";

/** A point among the fixed prefixes of a request's actions. */
export interface TrieNode<Token extends number> {
  /** The tokens that may follow, each towards one or several tools. Empty at a beginning's end. */
  readonly next: ReadonlyMap<Token, TrieNode<Token>>;
  /** At a beginning's end: what is left of the action. */
  readonly rest: readonly Segment[];
}

export interface ForcedPrefixTriesOptions<Token extends number> {
  readonly vocabulary: Vocabulary<Token>;
  /** Tokens of a text in the middle of a prompt. */
  readonly tokenize: (text: string) => readonly Token[];
}

/** First characters of inputs: a tokenizer may merge them with the quotation mark before. */
const PROBES = [
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
  "é",
  "中",
  "🐂",
];

/**
 * The prefixes of all actions on given tools, as a tree of tokens: names, and the fixed text up to the
 * input. A beginning has the tokens that the model's own tokenizer gives it, as far as they are the same
 * whatever the input starts with; what is left of the fixed text, at most a few characters, the model
 * writes together with the input. So a forced token is one that every action on that tool has in its
 * one regular tokenization, and what follows it sees the tokens that the model was trained on.
 */
export class ForcedPrefixTries<Token extends number> {
  readonly #options: ForcedPrefixTriesOptions<Token>;
  readonly #trees = new Map<string, TrieNode<Token> | undefined>();

  constructor(options: ForcedPrefixTriesOptions<Token>) {
    this.#options = options;
  }

  /**
   * The tree of a set of tools, made once; `undefined` where the tokenizer does not tell them apart
   * before their inputs.
   */
  of(toolNames: readonly string[]): TrieNode<Token> | undefined {
    const key = JSON.stringify(toolNames);
    if (!this.#trees.has(key)) {
      const prefixes = [...new Set(toolNames)].map((name) => this.#prefixOf(name));
      this.#trees.set(key, merge(prefixes));
    }
    return this.#trees.get(key);
  }

  #prefixOf(toolName: string): Prefix<Token> {
    const { tokenize, vocabulary } = this.#options;
    const text = `${JSON.stringify(toolName).slice(0, -1)}${ACTION_SEPARATOR}`;
    let common = tokenize(text);
    for (const probe of PROBES) common = commonPrefix(common, tokenize(text + probe));
    const written = common.map((token) => vocabulary.textOf(token)).join("");
    // A tokenizer whose tokens do not spell the text (it normalizes, say) forces nothing.
    return text.startsWith(written)
      ? { tokens: common, rest: text.slice(written.length) }
      : { tokens: [], rest: text };
  }
}

interface Prefix<Token extends number> {
  readonly tokens: readonly Token[];
  readonly rest: string;
}

function merge<Token extends number>(
  prefixes: readonly Prefix<Token>[],
  depth = 0,
): TrieNode<Token> | undefined {
  const ended = prefixes.find(({ tokens }) => tokens.length === depth);
  if (ended) return prefixes.length === 1 ? { next: new Map(), rest: inputAfter(ended.rest) } : undefined;
  const members = new Map<Token, Prefix<Token>[]>();
  for (const prefix of prefixes) {
    const token = prefix.tokens[depth];
    if (token !== undefined) members.set(token, [...(members.get(token) ?? []), prefix]);
  }
  const next = new Map<Token, TrieNode<Token>>();
  for (const [token, group] of members) {
    const node = merge(group, depth + 1);
    if (!node) return undefined;
    next.set(token, node);
  }
  return { next, rest: [] };
}

function commonPrefix<Token>(a: readonly Token[], b: readonly Token[]): readonly Token[] {
  const end = a.findIndex((token, index) => token !== b[index]);
  return end < 0 ? a : a.slice(0, end);
}
