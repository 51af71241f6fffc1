import { jsonSchemaSchema, quote } from "@bullpen/contracts";
import { z } from "zod";
import { only } from "../chat/neutral-parameters.js";
import { functionShape, MAX_CALLER_TOOLS } from "../tools/caller-tools-request.js";

/** Other ways to call a tool than from a turn of the model. */
const callShape = {
  allowed_callers: only([["direct"]], 'must be ["direct"]: the model calls tools itself'),
  defer_loading: only([false], "must be false: the model is told of all tools"),
};

const functionTool = z.strictObject({
  type: z.literal("function"),
  ...functionShape,
  async: only([false], "must be false: calls are answered by the next request"),
  /** What the result looks like, which the model sees when it is there. */
  output_schema: jsonSchemaSchema.optional(),
  ...callShape,
});

const codeInterpreter = z.strictObject({
  type: z.literal("code_interpreter").describe("The Calculator, which runs Python programs."),
  container: z
    .strictObject(
      {
        type: z.literal("auto", 'must be "auto"'),
        file_ids: only([[]], "cannot be set: programs have no files"),
        /** The sandbox has its own limit. */
        memory_limit: z.string().optional(),
        network_policy: only([{ type: "disabled" }], "must be disabled: programs have no network"),
      },
      'must be {type: "auto"}: a program keeps nothing for the next one',
    )
    .optional(),
  ...callShape,
});

const webSearch = z.strictObject({
  type: z
    .enum(["web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"])
    .describe("The Search, with the provider that the operator has chosen."),
  /** How much of the results the model is shown: as much as the server has it. */
  search_context_size: z.string().optional(),
  external_web_access: only([true], "must be true: the search is the operator's"),
  filters: only([{}, { allowed_domains: [] }], "cannot be set: name the site in the question"),
  user_location: only([{ type: "approximate" }], "cannot be set: name the place in the question"),
  search_content_types: only([["text"]], 'must be ["text"]'),
  image_settings: only([], "cannot be set: only text is read"),
});

const toolNames = z.array(z.string()).min(1, "must name a tool").max(MAX_CALLER_TOOLS);

const mcp = z.strictObject({
  type: z.literal("mcp").describe("Tools of an MCP server that the operator has configured."),
  server_label: z
    .string("is required, and must be text")
    .describe("The server's name, the part of its tools' names before the dot; `bullpen`: all other tools."),
  allowed_tools: z
    .union(
      [
        toolNames,
        z.strictObject({
          tool_names: toolNames.optional(),
          read_only: only([false], "must be false: name the tools in tool_names"),
        }),
      ],
      "must be names of tools",
    )
    .optional()
    .describe("Names without that of the server. Default: all of its tools."),
  server_url: z
    .string()
    .optional()
    .describe("Servers are configured by the operator: absent, or `bullpen://` and the label."),
  /** For the model, who reads what the server says of its tools. */
  server_description: z.string().optional(),
  require_approval: only(["never"], 'must be "never": the operator has approved of the server'),
  authorization: only([], "cannot be set: the operator configures the server (MCP_CONFIG)"),
  headers: only([{}], "cannot be set: the operator configures the server (MCP_CONFIG)"),
  connector_id: only([], "cannot be set: name a server of the operator's in server_label"),
  tunnel_id: only([], "cannot be set: name a server of the operator's in server_label"),
  ...callShape,
});

/** A tool of a response: a function of the caller's own, or one of Bullpen's under OpenAI's names. */
const responseTool = z.discriminatedUnion("type", [functionTool, codeInterpreter, webSearch, mcp], {
  error: ({ input }) =>
    typeof input === "object" && input !== null && "type" in input && input.type !== undefined
      ? `is ${quote(input.type)}: only tools of the types function, code_interpreter, web_search and mcp are taken`
      : 'must be a tool such as {type: "function", name, parameters}',
});
export type ResponseTool = z.output<typeof responseTool>;

export const responseToolsParameter = z
  .array(responseTool)
  .max(MAX_CALLER_TOOLS)
  .describe(
    "Functions of your own, and Bullpen's tools. Default: those that queries get which name none. With none the model answers in plain text.",
  );

const namedFunction = z.object({
  type: z.literal("function"),
  name: z.string("is required, and must be text"),
});
const namedServer = z.object({
  type: z.literal("mcp"),
  server_label: z.string("is required, and must be text"),
  name: z.string().optional(),
});
const hosted = z.object({
  type: z.enum([
    "code_interpreter",
    "web_search",
    "web_search_2025_08_26",
    "web_search_preview",
    "web_search_preview_2025_03_11",
  ]),
});
const namedTool = z.discriminatedUnion("type", [namedFunction, namedServer, hosted], {
  error: ({ input }) =>
    typeof input === "object" && input !== null && "type" in input
      ? `is ${quote(input.type)}, which is no type of a tool here`
      : "must be a tool such as {type, name}",
});
export type NamedTool = z.output<typeof namedTool>;

const allowedTools = z.object({
  type: z.literal("allowed_tools"),
  mode: z.enum(["auto", "required"]),
  tools: z.array(namedTool).min(1, "must name a tool"),
});

/** Which tool is called, as OpenAI's Responses API has it. */
export const responseToolChoice = z
  .union([
    z.enum(["auto", "none", "required"], 'must be "auto", "none", "required" or a tool such as {type, name}'),
    z.discriminatedUnion("type", [allowedTools, namedFunction, namedServer, hosted], {
      error: 'must be "auto", "none", "required" or a tool such as {type, name}',
    }),
  ])
  .describe(
    "`auto`: the model chooses. `none`: it calls no tool. `required`: it calls one of yours before it answers. A tool: it calls that one first.",
  );
export type ResponseToolChoice = z.output<typeof responseToolChoice>;
