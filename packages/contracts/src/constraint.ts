import type { JsonSchema } from "./tools.js";

/** What may be the value of a property. */
export type PropertyValue =
  /** This very string. */
  | { readonly type: "constant"; readonly text: string }
  /** A string. The lengths count characters. Default: any length. */
  | { readonly type: "string"; readonly minLength?: number; readonly maxLength?: number }
  /** An object that fits the schema. */
  | { readonly type: "object"; readonly schema: JsonSchema }
  /** Any JSON value that fits the schema. */
  | { readonly type: "json"; readonly schema: JsonSchema };

interface Property {
  readonly key: string;
  readonly value: PropertyValue;
}

/** A JSON object with these properties, in this order, and no others. It has at least one. */
export type ObjectShape = readonly Property[];

/** What a completion must be. */
export type Constraint = ObjectConstraint | ValueConstraint;

/**
 * The completion is one JSON object of one of several shapes. `{"tool_name": "Search", "input": "…"}` is
 * `[{key: "tool_name", value: {type: "constant", text: "Search"}}, {key: "input", value: {type: "string"}}]`.
 *
 * The object has one property a line, as {@link objectOpening}, {@link propertySeparator} and {@link OBJECT_CLOSING}
 * write it. The request's primer ends in the opening; the completion begins with the first value.
 */
export interface ObjectConstraint {
  /** What the kind of object is called, for servers that take named schemas: `action`. */
  readonly name: string;
  /** At least one shape. All of them have the same keys. */
  readonly alternatives: readonly ObjectShape[];
  /**
   * A looser shape of strings and constants, for an engine that cannot tell the alternatives apart while the
   * model writes their constants.
   */
  readonly fallback: ObjectShape;
}

/** The completion is one JSON value that fits the schema. No primer opens it: the model begins its reply with it. */
export interface ValueConstraint {
  /** What the kind of value is called, for servers that take named schemas. */
  readonly name: string;
  readonly schema: JsonSchema;
}

/** The shapes of an object constraint; `undefined` for other constraints, and where there is none. */
export function shapesOf(constraint: Constraint | undefined): readonly ObjectShape[] | undefined {
  return constraint && "alternatives" in constraint ? constraint.alternatives : undefined;
}

/** The text of an object up to the value of its first property. */
export function objectOpening(key: string): string {
  return `{\n${JSON.stringify(key)}: `;
}

/** The text between a value and the value of the next property, whose key is given. */
export function propertySeparator(key: string): string {
  return `,\n${JSON.stringify(key)}: `;
}

/** The text after the last value. */
export const OBJECT_CLOSING = "\n}";
