import { type CompletionRequest, FINAL_ANSWER } from "@bullpen/contracts";
import { ACTION_GRAMMAR } from "./action-grammar.js";
import { JsonSchemaRules, jsonLiteral, OPEN_OBJECT, type SchemaRules } from "./json-schema-rules.js";

export type ActionTools = NonNullable<CompletionRequest["tools"]>;

/**
 * GBNF of what may follow `ACTION_PRIMER` when the model has `tools`. Where all inputs are texts any name
 * is taken; where one is an object, the names are those of the tools, and each name is followed by an
 * input of its own tool.
 *
 * @param isOpen of which tools any object is taken, whatever their schemas say. Default: of none.
 */
export function toolGrammar(tools: ActionTools, isOpen: (name: string) => boolean = () => false): string {
  if (tools.every((tool) => !tool.inputSchema)) return ACTION_GRAMMAR;
  const rules: string[] = [];
  const actions = [...tools, { name: FINAL_ANSWER, inputSchema: undefined }].map(
    ({ name, inputSchema }, i) => {
      const input = inputRules(isOpen(name) && inputSchema ? {} : inputSchema, `tool-${i}`);
      rules.push(...input.rules);
      return `${jsonLiteral(name)} "," [ \\n]? "\\"input\\":" " "? ${input.name} "\\n"? "}"`;
    },
  );
  return ["", `root ::= ${actions.join(" | ")}`, ...rules, JsonSchemaRules.shared, ""].join("\n");
}

function inputRules(schema: ActionTools[number]["inputSchema"], prefix: string): SchemaRules {
  if (!schema) return { name: "string", rules: [] };
  return Object.keys(schema).length === 0 ? OPEN_OBJECT : JsonSchemaRules.ofObject(schema, prefix);
}
