import { z } from "zod";
import { isId } from "./ids.js";
import { jsonSchemaSchema, type ToolDefinition } from "./tools.js";

/** A tool of the caller's own: a function that the caller runs, by OpenAI's names. */
export const callerToolSchema = z.object({
  name: z.string(),
  /** For the model: what the function does. */
  description: z.string().optional(),
  /** What the arguments, an object, must fit. Default: an object without properties. */
  parameters: jsonSchemaSchema.optional(),
});
export type CallerTool = z.infer<typeof callerToolSchema>;

/**
 * What becomes of a call of the caller's own tool. `return`: the query ends with the call, and the caller sends the
 * result in the next request. `wait`: the query waits for the result without a slot, and goes on with it.
 */
export const toolModeSchema = z.enum(["return", "wait"]);

/** Which tools a query may or must call. */
export const toolChoiceSchema = z.object({
  /** `required`: no answer before a call, of the caller's own tools if there are any; `none`: no tool is called. */
  mode: z.enum(["auto", "required", "none"]),
  /** The only tools that may be called. Default: all. */
  allowed: z.array(z.string()).optional(),
  /** The only tool of the call that is required. Default: any that is allowed. */
  named: z.string().optional(),
});
export type ToolChoice = z.infer<typeof toolChoiceSchema>;

/** A call with which a query ended, for the caller to run. */
export const returnedCallSchema = z.object({
  /** The index of the turn that made it. */
  step: z.int(),
  name: z.string(),
  /** A JSON object, as the model wrote it. */
  arguments: z.string(),
});
export type ReturnedCall = z.infer<typeof returnedCallSchema>;

/** A query's tools by name: Bullpen's, then the caller's own. */
interface NamedTools {
  readonly tools: readonly string[];
  readonly caller_tools?: readonly CallerTool[] | undefined;
}

/** The names of all tools of a query: Bullpen's, then the caller's own. */
export function toolNamesOf({ tools, caller_tools = [] }: NamedTools): string[] {
  return [...tools, ...caller_tools.map(({ name }) => name)];
}

const NO_ARGUMENTS = { type: "object", properties: {} };

/** The caller's tool as the agent describes it to the model. It has no queue: no tool-worker runs it. */
export function callerToolDefinition({ name, description, parameters }: CallerTool): ToolDefinition {
  return {
    name,
    queue: "",
    usage: description === undefined || description.trim() === "" ? "a tool of the user's." : description,
    inputSchema: parameters ?? NO_ARGUMENTS,
    // Nobody knows what a second run would do.
    crashPolicy: "reuse",
    timeoutMs: Number.POSITIVE_INFINITY,
  };
}

/** The id of a call, such as `call_0mhv3k2a1000f3c9d1e07ab2c_0`: it names the query and the turn. */
export function callIdOf(queryId: string, step: number): string {
  return `${CALL}${queryId.slice(QUERY.length)}_${step}`;
}

/** The query and turn that a call's id names; `undefined` for an id that is none of Bullpen's. */
export function readCallId(id: string): { readonly queryId: string; readonly step: number } | undefined {
  const [, query = "", step = ""] = /^call_([0-9a-z]{24})_(0|[1-9][0-9]{0,3})$/.exec(id) ?? [];
  const queryId = QUERY + query;
  return isId("query", queryId) ? { queryId, step: Number(step) } : undefined;
}

const CALL = "call_";
const QUERY = "query_";
