import type { Constraint, ObjectConstraint, ObjectShape, ValueConstraint } from "@bullpen/contracts";
import { constraintGrammar } from "./constraint-grammar.js";

/** Grammars that are kept. The queries of one installation use few sets of tools, and each set has one grammar. */
const MAX_GRAMMARS = 64;

export interface GrammarCacheOptions<Grammar> {
  /** Rejects when llama.cpp does not accept the grammar. */
  readonly create: (gbnf: string) => Promise<Grammar>;
  /**
   * Called for a shape with a schema that llama.cpp does not accept: any object is taken there. `name` is the shape's
   * first constant.
   */
  readonly onOpen?: (name: string, error: unknown) => void;
}

/** The grammars of constraints. Each is made when it is first used. */
export class GrammarCache<Grammar> {
  readonly #options: GrammarCacheOptions<Grammar>;
  readonly #grammars = new Map<string, Promise<Grammar>>();

  constructor(options: GrammarCacheOptions<Grammar>) {
    this.#options = options;
  }

  for(constraint: Constraint): Promise<Grammar> {
    const gbnf = constraintGrammar(constraint);
    const known = this.#grammars.get(gbnf);
    if (known) return known;
    const oldest = this.#grammars.keys().next();
    if (this.#grammars.size >= MAX_GRAMMARS && !oldest.done) this.#grammars.delete(oldest.value);
    const grammar = this.#options
      .create(gbnf)
      .catch((error) =>
        "alternatives" in constraint
          ? this.#createWithOpenShapes(constraint)
          : this.#createOpenValue(constraint, error),
      );
    grammar.catch(() => this.#grammars.delete(gbnf));
    this.#grammars.set(gbnf, grammar);
    return grammar;
  }

  /** The grammar of any value, where llama.cpp does not accept that of a value's schema. */
  #createOpenValue(constraint: ValueConstraint, error: unknown): Promise<Grammar> {
    this.#options.onOpen?.(constraint.name, error);
    return this.#options.create(constraintGrammar({ ...constraint, schema: {} }));
  }

  /** The grammar of a constraint with schemas that llama.cpp does not accept: they are opened, the others stay. */
  async #createWithOpenShapes(constraint: ObjectConstraint): Promise<Grammar> {
    const { create, onOpen } = this.#options;
    const refused = new Set<ObjectShape>();
    for (const shape of constraint.alternatives) {
      try {
        await create(constraintGrammar({ ...constraint, alternatives: [shape] }));
      } catch (error) {
        refused.add(shape);
        onOpen?.(nameOf(shape), error);
      }
    }
    // llama.cpp may accept each shape alone and refuse all of them together.
    return create(constraintGrammar(constraint, (shape) => refused.has(shape))).catch(() =>
      create(constraintGrammar(constraint, () => true)),
    );
  }
}

function nameOf(shape: ObjectShape): string {
  const constants = shape.flatMap(({ value }) => (value.type === "constant" ? [value.text] : []));
  return constants[0] ?? "an object";
}
