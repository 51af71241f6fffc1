import { CALCULATOR, quote, SEARCH, type ToolChoice, toolNamesOf } from "@bullpen/contracts";
import { ApiError } from "../errors.js";
import { fullToolName, labelsOf, OWN_LABEL, toolsUnder } from "./mcp-labels.js";
import type { NamedTool, ResponseTool, ResponseToolChoice } from "./response-tools.js";

/** Tools of an MCP server that a request lists. */
interface ListedServer {
  readonly label: string;
  readonly tools: readonly string[];
}

/** Bullpen's tools among those of a request. */
interface HostedTools {
  readonly names: readonly string[];
  readonly servers: readonly ListedServer[];
}

/**
 * Bullpen's tools that a request lists under OpenAI's names.
 *
 * @param known the names of the tools that there are.
 * @throws {ApiError} that names the field at fault.
 */
export function chooseHostedTools(tools: readonly ResponseTool[], known: readonly string[]): HostedTools {
  const servers: ListedServer[] = [];
  const names = tools.flatMap((tool, i): readonly string[] => {
    if (tool.type === "function") return [];
    if (tool.type === "code_interpreter") return [CALCULATOR.name];
    if (tool.type !== "mcp") return [SEARCH.name];
    const server = chooseServer(tool, `tools[${i}]`, known);
    if (servers.some(({ label }) => label === server.label))
      throw refusal(`tools[${i}].server_label`, `${quote(server.label)} is listed twice`);
    servers.push(server);
    return server.tools;
  });
  return { names, servers };
}

function chooseServer(
  { server_label: label, server_url: url, allowed_tools: allowed }: Extract<ResponseTool, { type: "mcp" }>,
  at: string,
  known: readonly string[],
): ListedServer {
  const tools = toolsUnder(label, known);
  if (tools.length === 0) {
    const labels = labelsOf(known);
    const servers =
      labels.length === 0
        ? "The operator has configured none (MCP_CONFIG)."
        : `Known: ${labels.join(", ")}, ${OWN_LABEL}.`;
    const param = `${at}.server_label`;
    throw new ApiError(
      "tool_not_found",
      `${param}: there is no MCP server ${quote(label)}. ${servers}`,
      param,
    );
  }
  const own = `bullpen://${label}`;
  if (url !== undefined && url.replace(/\/$/, "") !== own)
    throw refusal(
      `${at}.server_url`,
      `servers are configured by the operator (MCP_CONFIG): leave it out, or send ${quote(own)}`,
    );
  const isList = Array.isArray(allowed);
  const names = isList ? allowed : allowed?.tool_names;
  if (names === undefined) return { label, tools };
  const field = `${at}.allowed_tools${isList ? "" : ".tool_names"}`;
  const chosen = names.map((name, i) => {
    const full = [fullToolName(label, name), name].find((candidate) => tools.includes(candidate));
    if (full !== undefined) return full;
    const param = `${field}[${i}]`;
    throw new ApiError("tool_not_found", `${param}: ${quote(label)} has no tool ${quote(name)}.`, param);
  });
  return { label, tools: chosen };
}

/** The tools of a request, as its tool choice may name them. */
interface ChosenTools extends HostedTools {
  readonly tools: readonly string[];
  readonly caller_tools?: Parameters<typeof toolNamesOf>[0]["caller_tools"];
}

/**
 * The tool choice as a job has it; `undefined` for `auto`.
 *
 * @throws {ApiError} that names the field at fault.
 */
export function toResponseToolChoice(
  choice: ResponseToolChoice | undefined,
  chosen: ChosenTools,
): ToolChoice | undefined {
  if (choice === undefined || choice === "auto") return undefined;
  if (choice === "none") return { mode: "none" };
  if (toolNamesOf(chosen).length === 0)
    throw refusal("tool_choice", 'must be "auto" or "none" in a request that lists no tools');
  if (choice === "required") return { mode: "required" };
  if (choice.type === "allowed_tools") {
    const allowed = choice.tools.flatMap((tool, i) => namesOf(tool, chosen, `tool_choice.tools[${i}]`));
    return { mode: choice.mode, allowed };
  }
  const [named = "", ...others] = namesOf(choice, chosen, "tool_choice");
  if (others.length > 0)
    throw refusal("tool_choice.name", `is required: ${others.length + 1} tools are under this label`);
  return { mode: "required", named };
}

/** The names of the request's tools that are meant. */
function namesOf(tool: NamedTool, chosen: ChosenTools, at: string): string[] {
  const names = toolNamesOf(chosen);
  if (tool.type === "function") {
    const own = chosen.caller_tools?.some(({ name }) => name === tool.name);
    if (own) return [tool.name];
    throw refusal(`${at}.name`, `${quote(tool.name)} is none of the request's functions`);
  }
  if (tool.type === "mcp") {
    const { server_label: label, name } = tool;
    const server = chosen.servers.find((listed) => listed.label === label);
    if (!server) throw refusal(`${at}.server_label`, `${quote(label)} is none of the request's servers`);
    if (name === undefined) return [...server.tools];
    const full = server.tools.find((known) => known === fullToolName(label, name) || known === name);
    if (full !== undefined) return [full];
    throw refusal(`${at}.name`, `${quote(name)} is no tool of ${quote(label)} that the request lists`);
  }
  const name = tool.type === "code_interpreter" ? CALCULATOR.name : SEARCH.name;
  if (names.includes(name)) return [name];
  throw refusal(`${at}.type`, `${quote(tool.type)} is none of the request's tools`);
}

function refusal(param: string, problem: string): ApiError {
  return new ApiError("invalid_request", `${param}: ${problem}.`, param);
}
