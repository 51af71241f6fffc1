/** A module with a tool whose input is an object. */
export function objectTool(name: string): string {
  return `import type { CustomTool } from "@bullpen/tool-worker";

/** What the model hands over: as \`inputSchema\` says. */
interface Input {
  readonly text: string;
  readonly times?: number;
}

const tool: CustomTool<Input> = {
  name: ${JSON.stringify(name)},
  description: "use it to repeat a text.", // tell the model when to use the tool
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

  // What it returns is told to the model, and so is the message of an error that it throws.
  async run({ text, times = 2 }, { signal }) {
    signal.throwIfAborted(); // pass the signal on to whatever takes one, such as fetch
    return text.repeat(times);
  },
};

export default tool;
`;
}

/** A module with a tool whose input is a text. */
export function textTool(name: string): string {
  return `import type { CustomTool } from "@bullpen/tool-worker";

const tool: CustomTool = {
  name: ${JSON.stringify(name)},
  description: 'use it to turn a text around. "input" is the text.', // tell the model when to use the tool
  example: "stressed",
  crashPolicy: "rerun", // "reuse" for a tool that changes something or costs much
  timeoutSeconds: 30,
  concurrency: 4,

  // What it returns is told to the model, and so is the message of an error that it throws.
  async run(text, { signal }) {
    signal.throwIfAborted(); // pass the signal on to whatever takes one, such as fetch
    return [...text].reverse().join("");
  },
};

export default tool;
`;
}
