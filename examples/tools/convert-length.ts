// An example of a tool of your own. Try it: TOOLS_FOLDER=examples/tools npm start
// A module to start from for another one: npx bullpen tool new "My tool"
import { defineTool } from "@bullpen/tool-sdk";

const METRES = { mm: 0.001, cm: 0.01, m: 1, km: 1_000, in: 0.0254, ft: 0.3048, yd: 0.9144, mi: 1_609.344 };

// A cast: the keys of an object are typed as any text.
const UNITS = Object.keys(METRES) as (keyof typeof METRES)[];

export default defineTool({
  // The name by which the model calls the tool, and when it should.
  name: "Convert Length",
  description: "use it to convert a length from one unit into another.",

  // The model is held to this schema, and its input is checked against it before `run`, which it types.
  inputSchema: {
    type: "object",
    properties: {
      value: { type: "number" },
      from: { enum: UNITS },
      to: { enum: UNITS },
    },
    required: ["value", "from", "to"],
    additionalProperties: false,
  },
  example: { value: 330, from: "m", to: "ft" },

  // The tool has no side effects: a call whose tool-worker died may simply run again.
  crashPolicy: "rerun",
  timeoutSeconds: 5,
  concurrency: 8,

  // The model gets what `run` returns, or the message of the error that it throws.
  run({ value, from, to }) {
    if (value < 0) throw new Error("a length cannot be negative.");
    const result = (value * METRES[from]) / METRES[to];
    return `${value} ${from} = ${Number(result.toPrecision(10))} ${to}`;
  },
});
