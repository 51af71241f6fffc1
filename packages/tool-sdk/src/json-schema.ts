/** A JSON Schema, read as draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The type of the values that a JSON Schema describes. It knows `type`, `properties`, `required`, `items`, `enum`
 * and `const`; where a schema says something else, the type is `unknown`.
 */
export type FromJsonSchema<S> = S extends { readonly const: infer Value }
  ? Value
  : S extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : S extends { readonly type: "object" }
      ? FromObjectSchema<S>
      : S extends { readonly type: "array" }
        ? S extends { readonly items: infer Item }
          ? readonly FromJsonSchema<Item>[]
          : readonly unknown[]
        : S extends { readonly type: infer Name extends keyof Scalars }
          ? Scalars[Name]
          : unknown;

interface Scalars {
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
  readonly null: null;
}

type FromObjectSchema<S> = S extends { readonly properties: infer Properties }
  ? {
      readonly [Name in keyof Properties & RequiredNames<S>]: FromJsonSchema<Properties[Name]>;
    } & {
      readonly [Name in Exclude<keyof Properties, RequiredNames<S>>]?: FromJsonSchema<Properties[Name]>;
    }
  : Readonly<Record<string, unknown>>;

type RequiredNames<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never;
