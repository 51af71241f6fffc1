import type { JsonSchema } from "@bullpen/contracts";

/** An object of the required properties, as an example for the model; values as the schema suggests them. */
export function exampleInput(schema: JsonSchema): Record<string, unknown> {
  const example = exampleOf(schema);
  return isRecord(example) ? example : {};
}

function exampleOf(schema: unknown): unknown {
  if (!isRecord(schema)) return "…";
  const suggested = [listOf(schema.examples)[0], schema.default, schema.const, listOf(schema.enum)[0]];
  const known = suggested.find((value) => value !== undefined);
  if (known !== undefined) return known;
  const choice = listOf(schema.anyOf ?? schema.oneOf)[0];
  if (choice !== undefined) return exampleOf(choice);
  const type = listOf(schema.type)[0] ?? schema.type;
  if (type === "object" || isRecord(schema.properties)) return exampleObject(schema);
  if (type === "array") return [exampleOf(schema.items)];
  if (type === "number" || type === "integer") return typeof schema.minimum === "number" ? schema.minimum : 1;
  if (type === "boolean") return true;
  return type === "null" ? null : "…";
}

function exampleObject({ properties, required }: JsonSchema): Record<string, unknown> {
  const names = listOf(required);
  const entries = Object.entries(isRecord(properties) ? properties : {});
  const shown = entries.filter(([name]) => names.includes(name));
  return Object.fromEntries(shown.map(([name, schema]) => [name, exampleOf(schema)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
