/** A module with a tool whose input is an object. */
export function objectTool(name: string): string {
  return `import { defineTool } from "@bullpen/tool-sdk";

export default defineTool({
  name: ${JSON.stringify(name)},
  description: "use it to repeat a text.", // tell the model when to use the tool
  // The schema types the input of \`run\`.
  inputSchema: {
    type: "object",
    properties: {
      text: { type: "string", description: "the text to repeat" },
      times: { type: "integer", minimum: 1, maximum: 10 },
    },
    required: ["text"],
    additionalProperties: false,
  },
  example: { text: "again ", times: 2 },
  crashPolicy: "rerun", // "reuse" for a tool that changes something or costs much
  timeoutSeconds: 30,
  concurrency: 4,

  // The model gets what \`run\` returns, or the message of the error that it throws.
  async run({ text, times = 2 }, { signal }) {
    signal.throwIfAborted(); // pass the signal on to every call that takes one
    return text.repeat(times);
  },
});
`;
}

/** A module with a tool whose input is a text. */
export function textTool(name: string): string {
  return `import { defineTool } from "@bullpen/tool-sdk";

export default defineTool({
  name: ${JSON.stringify(name)},
  description: 'use it to reverse a text. "input" is the text.', // tell the model when to use the tool
  example: "stressed",
  crashPolicy: "rerun", // "reuse" for a tool that changes something or costs much
  timeoutSeconds: 30,
  concurrency: 4,

  // The model gets what \`run\` returns, or the message of the error that it throws.
  async run(text, { signal }) {
    signal.throwIfAborted(); // pass the signal on to every call that takes one
    return [...text].reverse().join("");
  },
});
`;
}
