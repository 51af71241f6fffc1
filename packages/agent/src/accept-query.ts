import {
  type AgentJob,
  ApiError,
  agentJobSchema,
  fillSampling,
  limitsSchema,
  parseRequest,
  type QueryClass,
  queryRequestSchema,
  quote,
} from "@bullpen/contracts";

export interface AcceptOptions {
  readonly tenant: string;
  readonly class: QueryClass;
  readonly defaultModel: string;
  readonly knownModels: ReadonlySet<string>;
  /** Names of the tools that there are. */
  readonly knownTools: readonly string[];
}

/**
 * The job of a query as it came in.
 *
 * @param at where the query stands in the request: empty, or an index such as `[3]`.
 * @throws {ApiError} that names the field at fault.
 */
export function acceptQuery(value: unknown, at: string, options: AcceptOptions): AgentJob {
  const request = parseRequest(queryRequestSchema, value, at);
  const tools = chooseTools(request.tools, field(at, "tools"), options);
  return agentJobSchema.parse({
    tenant: options.tenant,
    class: options.class,
    model: chooseModel(request.model, field(at, "model"), options),
    query: request.query,
    tools,
    sampling: fillSampling(request, tools),
    limits: limitsSchema.parse(request),
    custom_id: request.custom_id,
    metadata: request.metadata,
  });
}

/** The model that a request names, or the default. @throws {ApiError} `model_not_found` */
export function chooseModel(
  name: string | undefined,
  param: string,
  { defaultModel, knownModels }: Pick<AcceptOptions, "defaultModel" | "knownModels">,
): string {
  const model = name ?? defaultModel;
  if (knownModels.has(model)) return model;
  const known = [...knownModels].join(", ");
  throw new ApiError("model_not_found", `There is no model ${quote(model)}. Known: ${known}.`, param);
}

/** The tools that a request allows, or all. @throws {ApiError} `tool_not_found` */
export function chooseTools(
  names: readonly string[] | undefined,
  param: string,
  { knownTools: known }: Pick<AcceptOptions, "knownTools">,
): string[] {
  const unknown = names?.findIndex((name) => !known.includes(name)) ?? -1;
  if (unknown >= 0) {
    const at = `${param}[${unknown}]`;
    throw new ApiError(
      "tool_not_found",
      `${at}: there is no tool ${quote(names?.[unknown] ?? "")}. Known: ${known.join(", ")}.`,
      at,
    );
  }
  return known.filter((name) => names === undefined || names.includes(name));
}

function field(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}
