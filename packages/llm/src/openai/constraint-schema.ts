import type { Constraint, JsonSchema, ObjectShape, PropertyValue } from "@bullpen/contracts";

/**
 * A constraint as the JSON schema of the whole reply: one schema for all shapes without objects, and one for each
 * other shape. Lengths of strings are left out: not every server takes them.
 */
export function constraintSchema({ alternatives }: Constraint): object {
  const flat = alternatives.filter((shape) => !hasObject(shape));
  const schemas = [
    ...(flat.length > 0 ? [flat] : []),
    ...alternatives.filter(hasObject).map((shape) => [shape]),
  ];
  const [first, ...others] = schemas.map(joinShapes);
  return others.length === 0 ? { ...first } : { anyOf: [first, ...others] };
}

/** The same constraint with any object in the place of those that have schemas. */
export function withOpenObjects(constraint: Constraint): Constraint {
  const alternatives = constraint.alternatives.map((shape) =>
    shape.map(({ key, value }) => ({
      key,
      value: value.type === "object" ? { ...value, schema: { type: "object" } } : value,
    })),
  );
  return { ...constraint, alternatives };
}

export function hasObject(shape: ObjectShape): boolean {
  return shape.some(({ value }) => value.type === "object");
}

/** Shapes with the same keys as one schema. The order of its properties is the order in which they are generated. */
function joinShapes(shapes: readonly ObjectShape[]): object {
  const keys = (shapes[0] ?? []).map(({ key }) => key);
  return {
    type: "object",
    properties: Object.fromEntries(
      keys.map((key, position) => [key, joinValues(shapes.flatMap((shape) => shape[position]?.value ?? []))]),
    ),
    required: keys,
    additionalProperties: false,
  };
}

/** The values of one property: one of the constants, if all are constants; else the first value's schema. */
function joinValues(values: readonly PropertyValue[]): object {
  const constants = values.flatMap((value) => (value.type === "constant" ? [value.text] : []));
  if (constants.length === values.length) return { type: "string", enum: constants };
  const [first] = values;
  return first?.type === "object" ? embedded(first.schema) : { type: "string" };
}

/**
 * A schema as a part of another. Its references start at the root, which is no longer its own: a schema with
 * references becomes any object, and whoever takes the object checks it.
 */
function embedded({ $schema: _, ...schema }: JsonSchema): object {
  return JSON.stringify(schema).includes('"$ref":') ? { type: "object" } : schema;
}
