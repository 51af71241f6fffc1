import { resolvePointer } from "./json-pointer.js";
import { STRING_RULES } from "./json-string-rules.js";
import { membersRule } from "./members-rule.js";

/** A JSON Schema, or a part of one. */
type Schema = unknown;
type SchemaObject = Readonly<Record<string, unknown>>;

/** Longer repetitions make llama.cpp's grammar slow; beyond them any length is taken. */
const MAX_REPEATED = 64;

/** A schema that needs more rules than this is not worth them: every object is taken. */
const MAX_RULES = 2_000;

/** A list of more values, or of longer ones together, slows every token down: any value of their type is taken. */
const MAX_CHOICES = 256;
const MAX_LITERAL_LENGTH = 16_384;

/** What says nothing about a value. */
const ANNOTATIONS = new Set([
  ...["title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly"],
  ...["$comment", "$schema", "$defs", "definitions", "nullable"],
]);

/** Keywords that may ask an object for properties that are not in its `properties`. */
const ELSEWHERE = [
  ...["allOf", "anyOf", "oneOf", "not", "if", "$ref", "$dynamicRef", "$recursiveRef", "$id", "extends"],
  ...["dependentSchemas", "dependentRequired", "dependencies", "unevaluatedProperties", "minProperties"],
];

/** GBNF of JSON as models write it: on one line, or indented. */
const JSON_RULES = String.raw`ws ::= (" " | "\n" " "{0,16})?
value ::= object | array | string | number | boolean | null
object ::= "{" ws (member ("," ws member)*)? ws "}"
member ::= string ":" ws value
array ::= "[" ws (value ("," ws value)*)? ws "]"
number ::= integer ("." [0-9]+)? ([eE] [-+]? [0-9]{1,3})?
integer ::= "-"? ("0" | [1-9] [0-9]*)
boolean ::= "true" | "false"
null ::= "null"
${STRING_RULES}`;

/** The rule that a schema begins with, and it and the further ones that belong to it. */
export interface SchemaRules {
  readonly name: string;
  readonly rules: readonly string[];
}

/** Any object. */
export const OPEN_OBJECT: SchemaRules = { name: "object", rules: [] };

/** Any value. */
const OPEN_VALUE: SchemaRules = { name: "value", rules: [] };

/**
 * Writes JSON Schemas as GBNF rules. A rule takes whatever the schema takes, and often more: what GBNF
 * cannot say (patterns, bounds of numbers, `not`, `allOf` …) is left open, and whoever takes the value checks
 * it against the schema. It takes less in two ways. Properties come in the schema's order. And an object
 * whose schema names properties and says nothing about others (`additionalProperties`, `patternProperties`)
 * has those alone, which is what nearly everybody means who leaves it out.
 */
export class JsonSchemaRules {
  readonly #rules: string[] = [];
  readonly #root: SchemaObject;
  readonly #prefix: string;
  /** Rules of schemas that are referred to, by their pointer. They may refer to themselves. */
  readonly #references = new Map<string, string>();

  /** @param prefix sets the rules' names apart from those of other schemas in the same grammar. */
  private constructor(root: SchemaObject, prefix: string) {
    this.#root = root;
    this.#prefix = prefix;
  }

  /** The rules that all schemas of a grammar share; they go into it once. */
  static readonly shared = JSON_RULES;

  /** The rules of an object that fits the schema; of any object where the schema cannot be written down. */
  static ofObject(schema: SchemaObject, prefix: string): SchemaRules {
    try {
      const writer = new JsonSchemaRules(schema, prefix);
      const name = writer.#rootObject(schema);
      return writer.#rules.length > MAX_RULES ? OPEN_OBJECT : { name, rules: writer.#rules };
    } catch {
      return OPEN_OBJECT; // nested more deeply than the stack is high, say
    }
  }

  /** The rules of a JSON value that fits the schema; of any value where the schema cannot be written down. */
  static ofValue(schema: SchemaObject, prefix: string): SchemaRules {
    try {
      const { $id: _, ...root } = schema;
      const writer = new JsonSchemaRules(root, prefix);
      const name = writer.#value(root);
      return writer.#rules.length > MAX_RULES ? OPEN_VALUE : { name, rules: writer.#rules };
    } catch {
      return OPEN_VALUE;
    }
  }

  #rootObject(schema: SchemaObject): string {
    if (typeof schema.$ref === "string" && isAnnotated(schema, ["$ref", "type"])) {
      const target = resolvePointer(this.#root, schema.$ref);
      const isOther = isRecord(target) && typeof target.$ref !== "string";
      return isOther ? this.#rootObject({ ...target, nullable: false }) : "object";
    }
    const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? "object"];
    return types.includes("object") ? this.#object(schema) : "object";
  }

  #add(body: string): string {
    const name = `${this.#prefix}-${this.#rules.length}`;
    this.#rules.push(`${name} ::= ${body}`);
    return name;
  }

  #value(schema: Schema): string {
    if (!isRecord(schema) || this.#rules.length > MAX_RULES) return "value";
    // References in it would start from itself.
    if (typeof schema.$id === "string") return "value";
    const rule = this.#withoutNull(schema);
    return schema.nullable === true && rule !== "value" ? this.#add(`${rule} | null`) : rule;
  }

  #withoutNull(schema: SchemaObject): string {
    if (typeof schema.$ref === "string") {
      return isAnnotated(schema, ["$ref"]) ? this.#reference(schema.$ref) : "value";
    }
    if ("const" in schema) return this.#choice([schema.const]);
    if (isFilled(schema.enum)) return this.#choice(schema.enum);
    for (const combinator of ["anyOf", "oneOf", "allOf"]) {
      if (combinator in schema) return this.#combination(schema, combinator);
    }
    if (isFilled(schema.type)) {
      return this.#oneOf(schema.type.map((type) => this.#typed({ ...schema, type })));
    }
    return this.#typed(schema);
  }

  /** One of some values. */
  #choice(values: readonly unknown[]): string {
    const literals = values.length > MAX_CHOICES ? [] : values.map(jsonLiteral);
    const length = literals.reduce((sum, literal) => sum + literal.length, 0);
    if (literals.length > 0 && length <= MAX_LITERAL_LENGTH) return this.#oneOf(literals);
    return values.every((value) => typeof value === "string") ? "string" : "value";
  }

  /** A choice of schemas without other keywords; with others it is left open. */
  #combination(schema: SchemaObject, combinator: string): string {
    const open = schema.type === "object" ? "object" : "value";
    const parts = schema[combinator];
    if (!isFilled(parts) || parts.length > MAX_CHOICES) return open;
    if (!isAnnotated(schema, [combinator, "type", "discriminator"])) return open;
    if (combinator === "allOf") return parts.length === 1 ? this.#value(parts[0]) : open;
    const possible = parts.filter((part) => part !== false);
    return possible.length > 0 ? this.#oneOf(possible.map((part) => this.#value(part))) : open;
  }

  #oneOf(rules: readonly string[]): string {
    return rules.includes("value") ? "value" : this.#add([...new Set(rules)].join(" | "));
  }

  #typed(schema: SchemaObject): string {
    switch (schema.type) {
      case "object":
        return this.#object(schema);
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
        // Without a type it may be anything but an object that breaks its properties.
        return isRecord(schema.properties) && schema.type === undefined ? this.#object(schema) : "value";
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

  #object(schema: SchemaObject): string {
    if (schema !== this.#root && typeof schema.$id === "string") return "object";
    if (ELSEWHERE.some((keyword) => keyword !== "$id" && keyword in schema)) return "object";
    const properties = new Map<string, Schema>(
      Object.entries(isRecord(schema.properties) ? schema.properties : {}),
    );
    const required = isFilled(schema.required)
      ? schema.required.filter((name) => typeof name === "string")
      : [];
    const further = this.#furtherMember(schema, properties.size === 0);
    const { additionalProperties } = schema;
    for (const name of required) {
      if (!properties.has(name))
        properties.set(name, additionalProperties === false ? true : additionalProperties);
    }
    const members = [...properties].flatMap(([key, value]) =>
      value === false
        ? []
        : [
            {
              isRequired: required.includes(key),
              rule: this.#add(`${jsonLiteral(key)} ":" ws ${this.#value(value)}`),
            },
          ],
    );
    return membersRule(members, further, (body) => this.#add(body));
  }

  /** The rule of members that are not in `properties`, where there may be any. */
  #furtherMember(
    { additionalProperties, patternProperties }: SchemaObject,
    isOpen: boolean,
  ): string | undefined {
    if (isRecord(patternProperties) && Object.keys(patternProperties).length > 0) return "member";
    if (additionalProperties === undefined) return isOpen ? "member" : undefined;
    if (additionalProperties === false) return undefined;
    const value = this.#value(additionalProperties);
    return value === "value" ? "member" : this.#add(`string ":" ws ${value}`);
  }

  #array({ items, prefixItems, minItems, maxItems }: SchemaObject): string {
    if (prefixItems !== undefined || Array.isArray(items)) return "array";
    if (items === false) return this.#add(`"[" ws "]"`);
    const item = this.#value(items);
    const [least, most] = repetition(minItems, maxItems);
    if (most === 0) return this.#add(`"[" ws "]"`);
    const further = `("," ws ${item}){${Math.max(least - 1, 0)},${most === undefined ? "" : most - 1}}`;
    const list = `${item} ${further}`;
    return this.#add(least > 0 ? `"[" ws ${list} ws "]"` : `"[" ws (${list})? ws "]"`);
  }

  #string({ minLength, maxLength }: SchemaObject): string {
    const [least, most] = repetition(minLength, maxLength);
    if (least === 0 && most === undefined) return "string";
    return this.#add(`"\\"" char{${least},${most ?? ""}} "\\""`);
  }
}

/** How often something may come; what GBNF would be slow at, or what nothing can fit, is left open. */
function repetition(min: unknown, max: unknown): readonly [number, number | undefined] {
  const least = count(min) ?? 0;
  const most = count(max);
  return most !== undefined && most < least ? [0, undefined] : [least, most];
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= MAX_REPEATED ? Math.floor(value) : undefined;
}

/** Whether nothing but these keywords says anything about the value. */
function isAnnotated(schema: SchemaObject, keywords: readonly string[]): boolean {
  return Object.keys(schema).every(
    (key) => ANNOTATIONS.has(key) || keywords.includes(key) || key.startsWith("x-"),
  );
}

function isRecord(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

/** A JSON value as a GBNF literal. */
function jsonLiteral(value: unknown): string {
  return gbnfLiteral(JSON.stringify(value) ?? "null");
}

/** A text of one line as a GBNF literal. */
export function gbnfLiteral(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
