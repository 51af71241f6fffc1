import { type CompletionRequest, FINAL_ANSWER } from "@bullpen/contracts";
import { ACTION_GRAMMAR } from "./action-grammar.js";
import { JsonSchemaRules, jsonLiteral } from "./json-schema-rules.js";

export type ActionTools = NonNullable<CompletionRequest["tools"]>;

/**
 * GBNF of what may follow `ACTION_PRIMER` when the model has `tools`. Where all inputs are texts any name
 * is taken; where one is an object, the names are those of the tools, and each name is followed by an
 * input of its own tool.
 */
export function toolGrammar(tools: ActionTools): string {
  if (tools.every((tool) => !tool.inputSchema)) return ACTION_GRAMMAR;
  const rules: string[] = [];
  const actions = [...tools, { name: FINAL_ANSWER, inputSchema: undefined }].map((tool, i) => {
    const input = inputRule(tool.inputSchema, `tool-${i}`, rules);
    return `${jsonLiteral(tool.name)} "," [ \\n]? "\\"input\\":" " "? ${input} "\\n"? "}"`;
  });
  return ["", `root ::= ${actions.join(" | ")}`, ...rules, JsonSchemaRules.shared, ""].join("\n");
}

/** The same, with any object for an input: for schemas that llama.cpp does not take. */
export function looseToolGrammar(tools: ActionTools): string {
  return toolGrammar(
    tools.map(({ name, inputSchema }) => ({ name, ...(inputSchema && { inputSchema: {} }) })),
  );
}

function inputRule(schema: ActionTools[number]["inputSchema"], prefix: string, rules: string[]): string {
  if (!schema) return "string";
  const object = JsonSchemaRules.ofObject(schema, prefix);
  rules.push(...object.rules);
  return object.name;
}
