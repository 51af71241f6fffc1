import {
  type JsonSchema,
  type ObjectConstraint,
  type ObjectShape,
  objectOpening,
  type PropertyValue,
} from "@bullpen/contracts";

// What the demo model in models/demo is trained to write: a fenced object that names a tool and its input.

/** The opening of each of its replies. */
export const DEMO_PRIMER = `\`\`\`json\n${objectOpening("tool_name")}`;

/** What closes a reply in the conversation. */
export const DEMO_CLOSING = "\n```";

export interface DemoTool {
  readonly name: string;
  readonly inputSchema?: JsonSchema;
}

/** A call of one of `tools`, or the final answer. Without tools: a call of a tool of any name. */
export function demoConstraint(tools: readonly DemoTool[] = []): ObjectConstraint {
  const anyCall = call({ type: "string", minLength: 1, maxLength: 64 });
  const calls = [...tools, { name: "Final Answer", inputSchema: undefined }].map(({ name, inputSchema }) =>
    call({ type: "constant", text: name }, inputSchema),
  );
  return { name: "action", alternatives: tools.length === 0 ? [anyCall] : calls, fallback: anyCall };
}

function call(name: PropertyValue, inputSchema?: JsonSchema): ObjectShape {
  return [
    { key: "tool_name", value: name },
    { key: "input", value: inputSchema ? { type: "object", schema: inputSchema } : { type: "string" } },
  ];
}
