import { jsonSchemaSchema, quote, toolModeSchema } from "@bullpen/contracts";
import { z } from "zod";

/** Most tools of the caller's own in one request, as OpenAI takes them. */
export const MAX_CALLER_TOOLS = 128;

/** As OpenAI has it, so that the same tools work there. */
const functionName = z
  .string("is required, and must be text")
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, "must have 1 to 64 characters, each a letter, a digit, _ or -");

/** What a tool of the caller's own is. */
export const functionShape = {
  name: functionName.describe("The name by which the model calls it."),
  description: z.string().optional().describe("For the model: what it does and when to use it."),
  parameters: jsonSchemaSchema
    .optional()
    .describe(
      "A JSON Schema of the arguments, an object. The model's arguments are held to it. Default: none.",
    ),
  strict: z
    .boolean()
    .optional()
    .describe("Changes nothing: arguments are always held to the schema, as far as a grammar can say it."),
};

const functionToolSchema = z.strictObject(
  {
    type: z.literal("function", {
      error: ({ input }) =>
        input === undefined
          ? 'is required, and must be "function"'
          : `is ${quote(String(input))}: only tools of the type "function" are taken`,
    }),
    function: z.strictObject(functionShape),
    /** A hint to other servers. */
    cache_control: z.unknown().optional(),
  },
  'must be a tool such as {type: "function", function: {name, description, parameters}}',
);
export type FunctionTool = z.output<typeof functionToolSchema>;

/** `tools` of a chat request: the caller's own. */
export const chatToolsSchema = z
  .array(functionToolSchema)
  .max(MAX_CALLER_TOOLS)
  .describe("Functions of your own, which the model may call.");

/** `tools` of a query: names of Bullpen's, and the caller's own. */
export const queryToolsSchema = z
  .array(
    z.union(
      [z.string(), functionToolSchema],
      "must be the name of a tool of Bullpen's, or a function of your own",
    ),
  )
  .max(MAX_CALLER_TOOLS);

const namedTool = z.object({ type: z.literal("function"), function: z.object({ name: z.string() }) });

/** Which tool is called, as OpenAI's chat API has it. */
export const chatToolChoiceSchema = z
  .union(
    [
      z.enum(["auto", "none", "required"]),
      namedTool,
      z.object({
        type: z.literal("allowed_tools"),
        allowed_tools: z.object({ mode: z.enum(["auto", "required"]), tools: z.array(namedTool).min(1) }),
      }),
    ],
    'must be "auto", "none", "required" or {type: "function", function: {name}}',
  )
  .describe(
    "`auto`: the model chooses. `none`: it calls no tool. `required`: it calls one of yours before it answers. A function: it calls that one first.",
  );
export type ChatToolChoice = z.output<typeof chatToolChoiceSchema>;

/** What a request says of the calls of its own tools. */
export const waitParameters = {
  tool_mode: toolModeSchema
    .optional()
    .describe(
      "What becomes of calls of your own tools. `return`: the answer is the call, and you send its result in the next request. `wait`: the query waits for the result (`requires_action`) and goes on with it. Default: `wait` for queries, `return` for chats and lines of batches.",
    ),
  tool_timeout_seconds: z
    .number()
    .min(1)
    .max(2_592_000)
    .optional()
    .describe(
      "Seconds that such a query waits for a result; then the model is told that there is none. Default: until the query expires.",
    ),
};
