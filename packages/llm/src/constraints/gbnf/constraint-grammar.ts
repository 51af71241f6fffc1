import type { Constraint, ObjectConstraint, ObjectShape, PropertyValue } from "@bullpen/contracts";
import { gbnfLiteral, JsonSchemaRules, OPEN_OBJECT, type SchemaRules } from "./json-schema-rules.js";

/**
 * GBNF, llama.cpp's grammar notation, of what may follow a primer that opens an object: its values, the keys between
 * them and the closing brace. Whatever it matches is, after the opening, one JSON object that can be written as UTF-8.
 * Where the layout has white space, the grammar takes none too. For a value it is the value, after a space at most, which
 * tokenizers put before a text.
 *
 * @param isOpen whether any value is taken for those of a shape, whatever their schemas say. Default: of none.
 * @param closing the rule of an object's end. Default: a brace, on a line of its own or not.
 */
export function constraintGrammar(
  constraint: Constraint,
  isOpen: (shape: ObjectShape) => boolean = () => false,
  closing = '"\\n"? "}"',
): string {
  if ("alternatives" in constraint) return objectGrammar(constraint, isOpen, closing);
  const { name, rules } = JsonSchemaRules.ofValue(constraint.schema, "value");
  return ["", `root ::= " "? ${name}`, ...rules, JsonSchemaRules.shared, ""].join("\n");
}

function objectGrammar(
  { alternatives }: ObjectConstraint,
  isOpen: (shape: ObjectShape) => boolean,
  closing: string,
): string {
  const rules: string[] = [];
  const bodies = alternatives.map((shape, index) => {
    const parts = shape.map(({ key, value }, position) => {
      const written = valueRules(value, isOpen(shape), `shape-${index}-${position}`);
      rules.push(...written.rules);
      return position === 0
        ? written.name
        : `"," [ \\n]? ${gbnfLiteral(`${JSON.stringify(key)}:`)} " "? ${written.name}`;
    });
    return [...parts, closing].join(" ");
  });
  return ["", `root ::= ${bodies.join(" | ")}`, ...rules, JsonSchemaRules.shared, ""].join("\n");
}

function valueRules(value: PropertyValue, isOpen: boolean, prefix: string): SchemaRules {
  switch (value.type) {
    case "constant":
      return { name: gbnfLiteral(JSON.stringify(value.text)), rules: [] };
    case "string": {
      const { minLength = 0, maxLength } = value;
      const isAny = minLength === 0 && maxLength === undefined;
      return { name: isAny ? "string" : `"\\"" char{${minLength},${maxLength ?? ""}} "\\""`, rules: [] };
    }
    case "object": {
      const takesAny = isOpen || Object.keys(value.schema).length === 0;
      return takesAny ? OPEN_OBJECT : JsonSchemaRules.ofObject(value.schema, prefix);
    }
    case "json":
      return JsonSchemaRules.ofValue(isOpen ? {} : value.schema, prefix);
  }
}
