import { type ActionTools, toolGrammar } from "./tool-grammar.js";

/** Sets of tools whose grammars are kept; queries of one installation differ in few. */
const KEPT = 64;

export interface ActionGrammarsOptions<Grammar> {
  /** Rejects when llama.cpp does not take the grammar. */
  readonly create: (gbnf: string) => Promise<Grammar>;
  /** Called with a tool whose schema llama.cpp does not take: any object is taken for its input. */
  readonly onOpen?: (toolName: string, error: unknown) => void;
}

/** The grammars of actions, one for each set of tools, made at its first use. */
export class ActionGrammars<Grammar> {
  readonly #options: ActionGrammarsOptions<Grammar>;
  readonly #grammars = new Map<string, Promise<Grammar>>();

  constructor(options: ActionGrammarsOptions<Grammar>) {
    this.#options = options;
  }

  for(tools: ActionTools = []): Promise<Grammar> {
    const gbnf = toolGrammar(tools);
    const known = this.#grammars.get(gbnf);
    if (known) return known;
    const oldest = this.#grammars.keys().next();
    if (this.#grammars.size >= KEPT && !oldest.done) this.#grammars.delete(oldest.value);
    const grammar = this.#options.create(gbnf).catch(() => this.#createWithoutRefused(tools));
    grammar.catch(() => this.#grammars.delete(gbnf));
    this.#grammars.set(gbnf, grammar);
    return grammar;
  }

  /** The grammar of tools of which some have schemas that llama.cpp does not take; the others keep theirs. */
  async #createWithoutRefused(tools: ActionTools): Promise<Grammar> {
    const { create, onOpen } = this.#options;
    const refused = new Set<string>();
    for (const tool of tools) {
      try {
        await create(toolGrammar([tool]));
      } catch (error) {
        refused.add(tool.name);
        onOpen?.(tool.name, error);
      }
    }
    // Each may be taken alone and all together be too much.
    return create(toolGrammar(tools, (name) => refused.has(name))).catch(() =>
      create(toolGrammar(tools, () => true)),
    );
  }
}
