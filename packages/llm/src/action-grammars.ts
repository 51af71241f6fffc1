import { type ActionTools, looseToolGrammar, toolGrammar } from "./tool-grammar.js";

/** Sets of tools whose grammars are kept; queries of one installation differ in few. */
const KEPT = 64;

/** The grammars of actions, one for each set of tools, made at its first use. */
export class ActionGrammars<Grammar> {
  readonly #create: (gbnf: string) => Promise<Grammar>;
  readonly #grammars = new Map<string, Promise<Grammar>>();

  /** @param create rejects when llama.cpp does not take the grammar. */
  constructor(create: (gbnf: string) => Promise<Grammar>) {
    this.#create = create;
  }

  for(tools: ActionTools = []): Promise<Grammar> {
    const gbnf = toolGrammar(tools);
    const known = this.#grammars.get(gbnf);
    if (known) return known;
    const oldest = this.#grammars.keys().next();
    if (this.#grammars.size >= KEPT && !oldest.done) this.#grammars.delete(oldest.value);
    const grammar = this.#create(gbnf).catch(() => this.#create(looseToolGrammar(tools)));
    grammar.catch(() => this.#grammars.delete(gbnf));
    this.#grammars.set(gbnf, grammar);
    return grammar;
  }
}
