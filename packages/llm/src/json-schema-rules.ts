import { STRING_RULES } from "./action-grammar.js";

/** A JSON Schema, or a part of one. */
type Schema = unknown;
type SchemaObject = Readonly<Record<string, unknown>>;

/** Longer repetitions make llama.cpp's grammar slow; beyond them any length is taken. */
const MOST_REPEATED = 64;

/** A schema that needs more rules than this is not worth them: every object is taken. */
const MOST_RULES = 2_000;

/** GBNF of JSON as models write it: on one line, or indented. */
const JSON_RULES = String.raw`ws ::= (" " | "\n" " "{0,16})?
value ::= object | array | string | number | boolean | null
object ::= "{" ws (member ("," ws member)*)? ws "}"
member ::= string ":" ws value
array ::= "[" ws (value ("," ws value)*)? ws "]"
number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?
integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
boolean ::= "true" | "false"
null ::= "null"
${STRING_RULES}`;

/**
 * Writes JSON Schemas as GBNF rules. Objects have their known properties, in the schema's order. What
 * GBNF cannot say (patterns, bounds of numbers, `not`, `allOf` …) is left open: whoever takes the value
 * checks it against the schema.
 */
export class JsonSchemaRules {
  readonly #rules: string[] = [];
  readonly #root: SchemaObject;
  readonly #prefix: string;
  /** Rules of schemas that are referred to, by their pointer. They may refer to themselves. */
  readonly #references = new Map<string, string>();

  /** @param prefix sets the rules' names apart from those of other schemas in the same grammar. */
  constructor(root: SchemaObject, prefix: string) {
    this.#root = root;
    this.#prefix = prefix;
  }

  /** The rules that all schemas of a grammar share; they go into it once. */
  static readonly shared = JSON_RULES;

  /** The rules of an object that fits the schema, and the name of the first of them. */
  static ofObject(schema: SchemaObject, prefix: string): { name: string; rules: readonly string[] } {
    const writer = new JsonSchemaRules(schema, prefix);
    const isObject = schema.type === "object" || schema.type === undefined;
    const name = isObject && isRecord(schema.properties) ? writer.#object(schema) : "object";
    if (writer.#rules.length > MOST_RULES) return { name: "object", rules: [] };
    return { name, rules: writer.#rules };
  }

  #add(body: string): string {
    const name = `${this.#prefix}-${this.#rules.length}`;
    this.#rules.push(`${name} ::= ${body}`);
    return name;
  }

  #value(schema: Schema): string {
    if (!isRecord(schema) || this.#rules.length > MOST_RULES) return "value";
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref);
    if ("const" in schema) return this.#add(jsonLiteral(schema.const));
    if (isFilled(schema.enum)) return this.#add(schema.enum.map(jsonLiteral).join(" | "));
    const choices = schema.anyOf ?? schema.oneOf;
    if (isFilled(choices)) return this.#add(choices.map((choice) => this.#value(choice)).join(" | "));
    if ("allOf" in schema) return "value";
    if (isFilled(schema.type)) {
      return this.#add(schema.type.map((type) => this.#typed({ ...schema, type })).join(" | "));
    }
    return this.#typed(schema);
  }

  #typed(schema: SchemaObject): string {
    switch (schema.type) {
      case "object":
        return isRecord(schema.properties) ? this.#object(schema) : this.#map(schema);
      case "array":
        return this.#array(schema);
      case "string":
        return this.#string(schema);
      case "number":
      case "integer":
      case "boolean":
      case "null":
        return schema.type;
      default:
        return isRecord(schema.properties) ? this.#object(schema) : "value";
    }
  }

  #reference(pointer: string): string {
    const known = this.#references.get(pointer);
    if (known !== undefined) return known;
    const target = resolvePointer(this.#root, pointer);
    if (target === undefined) return "value";
    const name = `${this.#prefix}-ref-${this.#references.size}`;
    this.#references.set(pointer, name);
    const value = this.#value(target);
    this.#rules.push(`${name} ::= ${value}`);
    return name;
  }

  #object({ properties, required }: SchemaObject): string {
    const names = isFilled(required) ? required : [];
    const members = Object.entries(isRecord(properties) ? properties : {}).map(([key, schema]) => ({
      isRequired: names.includes(key),
      rule: this.#add(`${jsonLiteral(key)} ":" ws ${this.#value(schema)}`),
    }));
    const first = members.findIndex((member) => member.isRequired);
    if (first >= 0) {
      const list = members.map(({ rule, isRequired }, i) => {
        if (i === first) return rule;
        const joined = i < first ? `${rule} "," ws` : `"," ws ${rule}`;
        return isRequired ? joined : `(${joined})?`;
      });
      return this.#add(`"{" ws ${list.join(" ")} ws "}"`);
    }
    // Whichever comes first has no comma before it.
    const openings = members.map(({ rule }, i) => {
      const rest = members.slice(i + 1).map((later) => ` ("," ws ${later.rule})?`);
      return this.#add(rule + rest.join(""));
    });
    return this.#add(openings.length > 0 ? `"{" ws (${openings.join(" | ")})? ws "}"` : `"{" ws "}"`);
  }

  #map({ additionalProperties }: SchemaObject): string {
    if (!isRecord(additionalProperties)) return "object";
    const member = this.#add(`string ":" ws ${this.#value(additionalProperties)}`);
    return this.#add(`"{" ws (${member} ("," ws ${member})*)? ws "}"`);
  }

  #array({ items, prefixItems, minItems, maxItems }: SchemaObject): string {
    if (prefixItems !== undefined || Array.isArray(items)) return "array";
    const item = this.#value(items);
    const least = repetition(minItems) ?? 0;
    const most = repetition(maxItems);
    if (most === 0) return this.#add(`"[" ws "]"`);
    const further = `("," ws ${item}){${Math.max(least - 1, 0)},${most === undefined ? "" : most - 1}}`;
    const list = `${item} ${further}`;
    return this.#add(least > 0 ? `"[" ws ${list} ws "]"` : `"[" ws (${list})? ws "]"`);
  }

  #string({ minLength, maxLength }: SchemaObject): string {
    const least = repetition(minLength) ?? 0;
    const most = repetition(maxLength);
    if (least === 0 && most === undefined) return "string";
    return this.#add(`"\\"" char{${least},${most ?? ""}} "\\""`);
  }
}

function repetition(count: unknown): number | undefined {
  return typeof count === "number" && count >= 0 && count <= MOST_REPEATED ? Math.floor(count) : undefined;
}

function isRecord(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

/** A JSON value as a GBNF literal. */
export function jsonLiteral(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  return `"${json.replace(/["\\]/g, "\\$&")}"`;
}

/** The part of a schema that a local JSON pointer (`#/$defs/node`) leads to. */
function resolvePointer(root: SchemaObject, pointer: string): Schema {
  if (pointer === "#") return root;
  if (!pointer.startsWith("#/")) return undefined;
  let part: unknown = root;
  for (const token of pointer.slice(2).split("/")) {
    const key = decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
    part = isRecord(part) || Array.isArray(part) ? Reflect.get(part, key) : undefined;
  }
  return part;
}
