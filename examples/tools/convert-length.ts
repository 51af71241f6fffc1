// An example of a tool of your own. Try it: TOOLS_FOLDER=examples/tools npm start
// The scaffold for another one: npx bullpen tool new "My tool"
import type { CustomTool } from "@bullpen/tool-worker";

const METRES = { mm: 0.001, cm: 0.01, m: 1, km: 1_000, in: 0.0254, ft: 0.3048, yd: 0.9144, mi: 1_609.344 };

interface Input {
  readonly value: number;
  readonly from: keyof typeof METRES;
  readonly to: keyof typeof METRES;
}

const convertLength: CustomTool<Input> = {
  // What the model calls the tool by, and when it is to do so.
  name: "Convert Length",
  description: "use it to convert a length from one unit into another.",

  // The model's input is held to this schema, and checked against it before `run`.
  inputSchema: {
    type: "object",
    properties: {
      value: { type: "number" },
      from: { enum: Object.keys(METRES) },
      to: { enum: Object.keys(METRES) },
    },
    required: ["value", "from", "to"],
    additionalProperties: false,
  },
  example: { value: 330, from: "m", to: "ft" },

  // It has no side effects: a call whose tool-worker died may simply run again.
  crashPolicy: "rerun",
  timeoutSeconds: 5,
  concurrency: 8,

  // What it returns is told to the model, and so is the message of an error that it throws.
  run({ value, from, to }) {
    if (value < 0) throw new Error("a length cannot be negative.");
    const result = (value * METRES[from]) / METRES[to];
    return `${value} ${from} = ${Number(result.toPrecision(10))} ${to}`;
  },
};

export default convertLength;
