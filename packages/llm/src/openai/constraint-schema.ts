import type { Constraint, JsonSchema, ObjectShape, PropertyValue } from "@bullpen/contracts";

/**
 * A constraint as the JSON schema of the whole reply: one schema for all shapes without schemas, and one for each
 * other shape. Lengths of strings are left out: not every server takes them.
 */
export function constraintSchema(constraint: Constraint): object {
  if (!("alternatives" in constraint)) {
    const { $schema: _, ...schema } = constraint.schema;
    return schema;
  }
  const { alternatives } = constraint;
  const flat = alternatives.filter((shape) => !hasSchema(shape));
  const schemas = [
    ...(flat.length > 0 ? [flat] : []),
    ...alternatives.filter(hasSchema).map((shape) => [shape]),
  ];
  if (schemas.length === 1) return joinShapes(schemas[0] ?? [], "#");
  return { anyOf: schemas.map((shapes, index) => joinShapes(shapes, `#/anyOf/${index}`)) };
}

/**
 * The same constraint with any value in the place of those that have schemas; `undefined` if it has none. A value that
 * need not be an object has no looser constraint: there the completion is free.
 */
export function withOpenSchemas(
  constraint: Constraint,
): { readonly constraint: Constraint | undefined } | undefined {
  if (!("alternatives" in constraint)) {
    const isObject = constraint.schema.type === "object";
    return { constraint: isObject ? { ...constraint, schema: OPEN_OBJECT } : undefined };
  }
  if (!constraint.alternatives.some(hasSchema)) return undefined;
  const alternatives = constraint.alternatives.map((shape) =>
    shape.map(({ key, value }) => ({
      key,
      value: "schema" in value ? { ...value, schema: openOf(value) } : value,
    })),
  );
  return { constraint: { ...constraint, alternatives } };
}

const OPEN_OBJECT: JsonSchema = { type: "object" };

function openOf({ type, schema }: SchemaValue): JsonSchema {
  return type === "object" || schema.type === "object" ? OPEN_OBJECT : {};
}

type SchemaValue = Extract<PropertyValue, { readonly schema: JsonSchema }>;

function hasSchema(shape: ObjectShape): boolean {
  return shape.some(({ value }) => "schema" in value);
}

/**
 * Shapes with the same keys as one schema. The order of its properties is the order in which they are generated.
 *
 * @param at the pointer to that schema.
 */
function joinShapes(shapes: readonly ObjectShape[], at: string): object {
  const keys = (shapes[0] ?? []).map(({ key }) => key);
  return {
    type: "object",
    properties: Object.fromEntries(
      keys.map((key, position) => [
        key,
        joinValues(
          shapes.flatMap((shape) => shape[position]?.value ?? []),
          `${at}/properties/${key}`,
        ),
      ]),
    ),
    required: keys,
    additionalProperties: false,
  };
}

/** The values of one property: one of the constants, if all are constants; else the first value's schema. */
function joinValues(values: readonly PropertyValue[], at: string): object {
  const constants = values.flatMap((value) => (value.type === "constant" ? [value.text] : []));
  if (constants.length === values.length) return { type: "string", enum: constants };
  const [first] = values;
  return first && "schema" in first ? embedded(first.schema, at) : { type: "string" };
}

/** A schema as a part of another. Its references begin at the root, which is no longer its own: they are led on. */
function embedded({ $schema: _, $id: __, ...schema }: JsonSchema, at: string): object {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === "$ref" && typeof value === "string" && /^#(?:\/|$)/.test(value) ? at + value.slice(1) : value,
  ) as object;
}
