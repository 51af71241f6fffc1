import {
  type AgentJob,
  ApiError,
  agentJobSchema,
  CLASSIC_TOOLS,
  limitsSchema,
  queryRequestSchema,
  samplingSchema,
} from "@bullpen/contracts";
import { parseRequest } from "./parse-request.js";

export interface AcceptOptions {
  readonly tenant: string;
  readonly defaultModel: string;
  readonly knownModels: ReadonlySet<string>;
}

/**
 * The job of a query as it came in.
 *
 * @param at where the query stands in the request: empty, or an index such as `[3]`.
 * @throws {ApiError} that names the field at fault.
 */
export function acceptQuery(value: unknown, at: string, options: AcceptOptions): AgentJob {
  const request = parseRequest(queryRequestSchema, value, at);
  const model = request.model ?? options.defaultModel;
  if (!options.knownModels.has(model)) {
    const known = [...options.knownModels].join(", ");
    throw new ApiError(
      "model_not_found",
      `There is no model ${quote(model)}. Known: ${known}.`,
      field(at, "model"),
    );
  }
  return agentJobSchema.parse({
    tenant: options.tenant,
    model,
    query: request.query,
    tools: chooseTools(request.tools, at),
    sampling: samplingSchema.parse(request),
    limits: limitsSchema.parse(request),
    custom_id: request.custom_id,
    metadata: request.metadata,
  });
}

function chooseTools(names: readonly string[] | undefined, at: string): string[] {
  const known = CLASSIC_TOOLS.map((tool) => tool.name);
  const unknown = names?.findIndex((name) => !known.includes(name)) ?? -1;
  if (unknown >= 0) {
    const param = `${field(at, "tools")}[${unknown}]`;
    throw new ApiError(
      "tool_not_found",
      `${param}: there is no tool ${quote(names?.[unknown] ?? "")}. Known: ${known.join(", ")}.`,
      param,
    );
  }
  return known.filter((name) => names === undefined || names.includes(name));
}

function field(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

/** A caller's text inside a message, kept short. */
function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
