type SchemaObject = Readonly<Record<string, unknown>>;

/** The part of a schema that a local JSON pointer (`#/$defs/node`) leads to; `undefined` where none does. */
export function resolvePointer(root: SchemaObject, pointer: string): unknown {
  if (pointer === "#") return root;
  if (!pointer.startsWith("#/")) return undefined;
  let part: unknown = root;
  for (const token of pointer.slice(2).split("/")) {
    const key = decoded(token)?.replaceAll("~1", "/").replaceAll("~0", "~");
    const isInside =
      typeof part === "object" && part !== null && key !== undefined && Object.hasOwn(part, key);
    part = isInside ? Reflect.get(part as object, key) : undefined;
    // References in a schema with an id of its own start from there.
    if (isRecord(part) && typeof part.$id === "string") return undefined;
  }
  return part;
}

function decoded(token: string): string | undefined {
  try {
    return decodeURIComponent(token);
  } catch {
    return undefined; // a % that begins no escape
  }
}

function isRecord(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
