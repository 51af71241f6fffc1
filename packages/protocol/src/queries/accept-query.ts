import { ASSUMED_CONTEXT_TOKENS, defaultTools, toolTokens } from "@bullpen/agent";
import {
  type AgentDefaults,
  type AgentJob,
  agentJobSchema,
  fillSampling,
  type Guards,
  greedyParameter,
  guardsSchema,
  type Limits,
  limitsSchema,
  type QueryClass,
  quote,
  type SamplingRequest,
  type ToolDefinition,
  toolNamesOf,
} from "@bullpen/contracts";
import { toResponseFormat } from "../chat/response-format.js";
import { ApiError } from "../errors.js";
import { parseRequest } from "../parse-request.js";
import { toServiceTier } from "../service-tier.js";
import { chooseCallerTools, toToolChoice, withSchemaAsSent } from "../tools/choose-caller-tools.js";
import { type QueryRequest, queryRequestSchema } from "./query-request.js";

export interface AcceptOptions {
  readonly tenant: string;
  /** The key of the request. Default: none. */
  readonly keyId?: string | undefined;
  readonly class: QueryClass;
  readonly defaultModel: string;
  readonly knownModels: ReadonlySet<string>;
  /** Names of the tools that there are. */
  readonly knownTools: readonly string[];
  /** Those of them that a query on a model is offered when it names none. Default: all. */
  readonly defaultTools?: (model: string) => readonly string[];
  /** The tokens of a model's context, estimated, that some tools leave to the conversation. Default: not known. */
  readonly promptRoom?: (model: string, tools: readonly string[]) => number;
  /** How many runs vote on queries that say nothing of it. Default: 1. */
  readonly defaultVotes?: number | undefined;
  /** What queries get that say nothing of it. Default: the last turn answers, all guards are on. */
  readonly agentDefaults?: AgentDefaults;
}

/**
 * The job of a query in a request.
 *
 * @param at path of the query in the request: empty, or an index such as `[3]`.
 * @throws {ApiError} that names the field at fault.
 */
export function acceptQuery(value: unknown, at: string, options: AcceptOptions): AgentJob {
  const request = parseRequest(queryRequestSchema, value, at);
  const tools = queryTools(request, value, at, options);
  const response_format = toResponseFormat(
    request.response_format,
    value,
    field(at, "response_format.json_schema.schema"),
  );
  return agentJobSchema.parse({
    tenant: options.tenant,
    key_id: options.keyId,
    class: options.class,
    ...toServiceTier(request.service_tier),
    model: chooseModel(request.model, field(at, "model"), options),
    query: request.query,
    ...tools,
    ...samplingOf({ ...request, tools: toolNamesOf(tools) }, options, (name) => field(at, name)),
    ...loopOf(request, options),
    ...(response_format && { response_format }),
    ...(request.stop && { stop: request.stop }),
    custom_id: request.custom_id,
    metadata: request.metadata,
  });
}

/** The tools of a query: names of Bullpen's and functions of the caller's own, in one list. */
function queryTools(
  { tools: listed, tool_choice: choice, tool_mode = "wait", ...request }: QueryRequest,
  sent: unknown,
  at: string,
  options: AcceptOptions,
): Pick<AgentJob, "tools" | "caller_tools" | "tool_choice" | "tool_mode" | "tool_timeout_seconds"> {
  const all = field(at, "tools");
  const fields = {
    own: (i: number) => `${all}[${i}]`,
    all,
    ours: all,
    choice: field(at, "tool_choice"),
  };
  const names = listed?.filter((tool) => typeof tool === "string");
  const tools = chooseTools(names, all, options, request.model);
  const own = (listed ?? []).flatMap((tool, index) =>
    typeof tool === "string" ? [] : [{ tool: withSchemaAsSent(tool, sent, index), index }],
  );
  const caller_tools = chooseCallerTools(own, tools, fields);
  const known = listed ? toolNamesOf({ tools, caller_tools }) : [];
  const tool_choice = toToolChoice(choice, known, fields);
  return {
    tools,
    ...(tool_choice && { tool_choice }),
    ...(caller_tools.length > 0 && {
      ...{ caller_tools, tool_mode, tool_timeout_seconds: request.tool_timeout_seconds },
    }),
  };
}

interface SampledRequest extends SamplingRequest {
  readonly tools: readonly string[];
  readonly votes?: number | undefined;
  readonly n?: number | undefined;
}

/**
 * The sampling and the votes of a query.
 *
 * @param param the path of a field of the request.
 * @throws {ApiError} where all runs of a vote would give the same answer, or each is to be an answer as well.
 */
export function samplingOf(
  { tools, votes: asked, n = 1, ...given }: SampledRequest,
  { defaultVotes = 1 }: Pick<AcceptOptions, "defaultVotes">,
  param: (name: string) => string = (name) => name,
): Pick<AgentJob, "sampling" | "votes" | "n"> {
  if (n > 1 && (asked ?? 1) > 1)
    throw new ApiError(
      "invalid_request",
      "n: must be 1 with votes: runs either vote or give an answer each.",
      "n",
    );
  const votes = n > 1 ? 1 : (asked ?? defaultVotes);
  const sampling = fillSampling(given, { tools, votes: Math.max(votes, n) });
  if (n > 1) return { sampling, votes, n };
  const greedy = votes > 1 ? greedyParameter(sampling) : undefined;
  if (greedy === undefined) return { sampling, votes };
  throw new ApiError(
    "invalid_request",
    `${param(greedy)}: with ${sampling[greedy]} all ${votes} runs of the vote (votes) would give the same answer. Leave it out, or ask without votes.`,
    param(greedy),
  );
}

interface LoopRequest {
  readonly max_tokens?: number | undefined;
  readonly on_limit?: Limits["on_limit"] | undefined;
  readonly guards?: { readonly [name in keyof Guards]?: boolean | undefined } | undefined;
}

/** Limits and guards of a query. What its request leaves open is as the server has it. */
export function loopOf(
  { on_limit, guards, ...limits }: LoopRequest,
  { agentDefaults }: Pick<AcceptOptions, "agentDefaults">,
): Pick<AgentJob, "limits" | "guards"> {
  return {
    limits: limitsSchema.parse({ ...limits, on_limit: on_limit ?? agentDefaults?.on_limit }),
    guards: guardsSchema.parse({ ...agentDefaults?.guards, ...guards }),
  };
}

/** The model that a request names, or the default. @throws {ApiError} `model_not_found` */
export function chooseModel(
  name: string | undefined,
  param: string,
  { defaultModel, knownModels }: Pick<AcceptOptions, "defaultModel" | "knownModels">,
): string {
  const model = name ?? defaultModel;
  if (knownModels.has(model)) return model;
  const known = [...knownModels].join(", ") || "none that you may use";
  throw new ApiError("model_not_found", `There is no model ${quote(model)}. Known: ${known}.`, param);
}

/**
 * The model of requests that name none: the server's default, or the only one that there is for a tenant that may not use
 * that.
 */
export function defaultAmong(defaultModel: string, known: ReadonlySet<string>): string {
  const [only = defaultModel] = known;
  return known.size === 1 ? only : defaultModel;
}

/** What {@link AcceptOptions} say of tools. @param contextTokens of the models that are known. */
export function toolOptions(
  tools: readonly ToolDefinition[],
  contextTokens: ReadonlyMap<string, number>,
): Pick<AcceptOptions, "knownTools" | "defaultTools" | "promptRoom"> {
  const offered = new Map<number | undefined, string[]>();
  return {
    knownTools: tools.map((tool) => tool.name),
    defaultTools: (model) => {
      const context = contextTokens.get(model);
      const known = offered.get(context) ?? defaultTools(tools, context).map((tool) => tool.name);
      offered.set(context, known);
      return known;
    },
    promptRoom: (model, names) => {
      const context = contextTokens.get(model) ?? ASSUMED_CONTEXT_TOKENS;
      const chosen = tools.filter(({ name }) => names.includes(name));
      return context - chosen.reduce((sum, tool) => sum + toolTokens(tool), 0);
    },
  };
}

/** The tools that a request allows, or those that its model's context has room for. @throws {ApiError} `tool_not_found` */
export function chooseTools(
  names: readonly string[] | undefined,
  param: string,
  { knownTools: known, defaultTools, defaultModel }: Omit<AcceptOptions, "tenant" | "class" | "knownModels">,
  model = defaultModel,
): string[] {
  if (names === undefined) return [...(defaultTools?.(model) ?? known)];
  const unknown = names.findIndex((name) => !known.includes(name));
  if (unknown >= 0) {
    const at = `${param}[${unknown}]`;
    throw new ApiError(
      "tool_not_found",
      `${at}: there is no tool ${quote(names[unknown] ?? "")}. Known: ${listed(known)}.`,
      at,
    );
  }
  return known.filter((name) => names.includes(name));
}

function field(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

/** Names inside a message, the first few where there are hundreds. */
function listed(names: readonly string[]): string {
  const further = names.length > 50 ? ` and ${names.length - 50} more (GET /v1/tools)` : "";
  return names.slice(0, 50).join(", ") + further;
}
