import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
  registerArguments,
  registerHeaders,
  registerKeys,
  registerSettings,
  splitCredentials,
} from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import jsonc from "jsonc-parser";
import { z } from "zod";
import { thrownMessage } from "../../host/thrown-message.js";
import { queueSettings, wholeNumber } from "../../serving/queue-settings.js";
import { type Environment, expandVariables } from "./expand-variables.js";

/** Settings of a tool and its queue. */
const toolSettingsSchema = z
  .strictObject({
    ...queueSettings,
    /** Whether a call that was made before is run again: its result may differ. Default: it is not. */
    repeatable: z.boolean("must be true or false"),
  })
  .partial();

const bullpenSchema = z.strictObject({
  ...toolSettingsSchema.shape,
  /** The server's tools to offer. Default: all. */
  tools: z.array(z.string(), "must be a list of names").optional(),
  /** Tokens of a result that are kept. */
  resultTokens: wholeNumber(16, 100_000).default(1_000),
  /** Settings of single tools, by the name that the server gives them. */
  perTool: z.record(z.string(), toolSettingsSchema).default({}),
});

const COMMAND = 'must be a program, such as "npx"; for a server on the web set url instead';

/** Other fields of other clients (`alwaysAllow` …) are ignored. */
const common = { disabled: z.boolean().default(false), bullpen: bullpenSchema.prefault({}) };
const stdioSchema = z.object({
  ...common,
  type: z.literal("stdio").optional(),
  command: z.string(COMMAND).min(1, COMMAND),
  args: z.array(z.string()).default([]),
  /** The server's environment, in addition to PATH, HOME and the like. */
  env: z.record(z.string(), z.string()).default({}),
  /** Default: the folder of the configuration file. */
  cwd: z.string().optional(),
});
const httpSchema = z.object({
  ...common,
  type: z
    .enum(["http", "streamable-http", "streamableHttp"], 'must be "http": only Streamable HTTP is supported')
    .optional(),
  url: z.url({
    protocol: /^https?$/,
    error: "must be an http or https URL, such as http://127.0.0.1:8080/mcp",
  }),
  headers: z.record(z.string(), z.string()).default({}),
});

const serversSchema = z.record(z.string(), z.unknown());
/** VS Code's files have `servers` instead of `mcpServers`. */
const configSchema = z
  .object({ mcpServers: serversSchema.optional(), servers: serversSchema.optional() })
  .refine(({ mcpServers, servers }) => mcpServers ?? servers, {
    path: ["mcpServers"],
    message: "must be an object with a server under each name",
  });

export type StdioSettings = z.output<typeof stdioSchema>;
type HttpSettings = z.output<typeof httpSchema>;
export type McpServerSettings = (StdioSettings | HttpSettings) & { readonly name: string };
export type ToolSettings = z.output<typeof toolSettingsSchema>;

export interface McpConfigOptions {
  readonly path: string;
  /** The variables that the file can name. */
  readonly environment: Environment;
  /** Called with a text about each value that is interpreted differently from how it is written. */
  readonly onWarning: (text: string) => void;
}

/**
 * The servers that a configuration file lists under `mcpServers` (or `servers`), in the form that MCP
 * clients share: JSON, with comments and trailing commas allowed. `${NAME}` is a variable of the
 * environment.
 *
 * @throws {StartupError} that names the file and the field at fault.
 */
export async function readMcpConfig(options: McpConfigOptions): Promise<McpServerSettings[]> {
  const file = resolve(options.path);
  const parsed = configSchema.safeParse(await readJson(file));
  if (!parsed.success) throw atFault(file, faultsOf("", parsed.error));
  const names = new Map<string, string>();
  const servers: McpServerSettings[] = [];
  for (const [list, listed] of Object.entries(parsed.data)) {
    for (const [written, value] of Object.entries(listed ?? {})) {
      if (switchedOff.safeParse(value).success) continue;
      const at = `${list}.${written}`;
      const name = nameOf(written);
      const taken = names.get(name);
      if (name === "") throw atFault(file, [`${at}: use up to 40 letters, digits, dashes and underscores`]);
      if (taken)
        throw atFault(file, [
          `${at}: its name is read as ${name}, which is taken by ${taken}; rename one of them`,
        ]);
      if (name !== written) options.onWarning(`the MCP server "${written}" is called "${name}"`);
      names.set(name, at);
      servers.push({ ...readServer(file, at, value, options.environment), name });
    }
  }
  return servers;
}

const switchedOff = z.looseObject({ disabled: z.literal(true) });

/** The part before the dot in the names of the server's tools. */
function nameOf(written: string): string {
  const name = written.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[_-]+/, "");
  return name.slice(0, 40);
}

function readServer(
  file: string,
  at: string,
  written: unknown,
  environment: Environment,
): StdioSettings | HttpSettings {
  const faults: string[] = [];
  const value = expandVariables(written, environment, (place, fault) =>
    faults.push(`${at}.${place}: ${fault}`),
  );
  if (faults.length > 0) throw atFault(file, faults);
  const isHttp = typeof value === "object" && value !== null && "url" in value;
  const server = (isHttp ? httpSchema : stdioSchema).safeParse(value);
  if (!server.success) throw atFault(file, faultsOf(at, server.error));
  const { data } = server;
  registerSecretsOf(data);
  if ("url" in data) return withoutCredentials(data);
  const cwd = resolve(dirname(file), data.cwd ?? ".");
  const isLine = /\s/.test(data.command.trim()) && !existsSync(resolve(cwd, data.command));
  if (isLine) throw atFault(file, [`${at}.command: ${adviceOn(data)}`]);
  return { ...data, cwd };
}

/** `fetch` accepts no URL with user and password, so they are sent as a header. */
function withoutCredentials({ url: written, headers, ...rest }: HttpSettings): HttpSettings {
  const { url, authorization } = splitCredentials(written);
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  return { ...rest, url, headers: isGiven || !authorization ? headers : { ...headers, authorization } };
}

function adviceOn({ command, args }: StdioSettings): string {
  const [program = "", ...own] = command.trim().split(/\s+/);
  const better = JSON.stringify({ command: program, args: [...own, ...args] }).slice(1, -1);
  return `is a whole command line, and no program has this name. Write ${better}`;
}

/** Removes credentials, so that no log and no text for the model contains them. */
function registerSecretsOf(server: StdioSettings | HttpSettings): void {
  if (!("url" in server)) {
    registerSettings(server.env);
    registerKeys(Object.values(server.env));
    registerArguments(server.args);
    return;
  }
  registerSettings({ url: server.url });
  registerHeaders(server.headers);
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new StartupError(
      `MCP_CONFIG: ${file} cannot be read (${thrownMessage(error)}). Name a file that exists and can be read.`,
    );
  }
  const errors: jsonc.ParseError[] = [];
  const value: unknown = jsonc.parse(text.replace(/^\ufeff/, ""), errors, { allowTrailingComma: true });
  const [first] = errors;
  if (!first) return value;
  const before = text.slice(0, first.offset).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const fault = jsonc.printParseErrorCode(first.error).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`);
  throw new StartupError(`MCP_CONFIG: ${file} cannot be read as JSON (${place}: ${fault.toLowerCase()}).`);
}

function faultsOf(at: string, error: z.ZodError): string[] {
  return error.issues.map((issue) => `${[at, ...issue.path].filter(Boolean).join(".")}: ${issue.message}`);
}

function atFault(file: string, faults: readonly string[]): StartupError {
  return new StartupError(`MCP_CONFIG: ${file} is not a valid configuration:\n  ${faults.join("\n  ")}`);
}
