import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { registerArguments, registerHeaders, registerKeys, registerSettings } from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import { z } from "zod";

/** Settings of a tool's queue. */
const toolSettingsSchema = z.strictObject({
  /** Calls that run side by side in one tool-worker. */
  concurrency: z.int().min(1).max(256).optional(),
  /** Wall time of one call. */
  timeoutSeconds: z.number().min(1).max(3_600).optional(),
  /** Most calls that all tool-workers together begin in a time. */
  rateLimit: z.strictObject({ calls: z.int().min(1), perSeconds: z.number().positive() }).optional(),
});

const bullpenSchema = z.strictObject({
  ...toolSettingsSchema.shape,
  /** The server's tools to offer. Default: all. */
  tools: z.array(z.string()).optional(),
  /** Tokens kept of a result. */
  resultTokens: z.int().min(16).max(100_000).default(1_000),
  /** Settings of single tools, by the server's name for them. */
  perTool: z.record(z.string(), toolSettingsSchema).default({}),
});

const serverName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, "use up to 40 letters, digits, dashes and underscores");

/** What other clients' files hold besides (`alwaysAllow` …) is passed over. */
const common = { disabled: z.boolean().default(false), bullpen: bullpenSchema.prefault({}) };
const stdioSchema = z.object({
  ...common,
  type: z.literal("stdio").optional(),
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  /** All that the server sees of an environment, besides PATH, HOME and the like. */
  env: z.record(z.string(), z.string()).default({}),
  /** Default: the folder of the configuration file. */
  cwd: z.string().optional(),
});
const httpSchema = z.object({
  ...common,
  type: z.enum(["http", "streamable-http", "streamableHttp"]).optional(),
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).default({}),
});

const configSchema = z.object({ mcpServers: z.record(serverName, z.unknown()) });

export type StdioSettings = z.output<typeof stdioSchema>;
export type HttpSettings = z.output<typeof httpSchema>;
export type McpServerSettings = (StdioSettings | HttpSettings) & { readonly name: string };
export type ToolSettings = z.output<typeof toolSettingsSchema>;

/**
 * The servers that a configuration file lists under `mcpServers`, in the form that MCP clients share.
 *
 * @throws {StartupError} naming the file and the field at fault.
 */
export async function readMcpConfig(path: string): Promise<McpServerSettings[]> {
  const file = resolve(path);
  const parsed = configSchema.safeParse(await readJson(file));
  if (!parsed.success) throw atFault(file, "", parsed.error);
  const servers = Object.entries(parsed.data.mcpServers).map(([name, value]) => {
    const at = `mcpServers.${name}.`;
    const isHttp = typeof value === "object" && value !== null && "url" in value;
    const server = (isHttp ? httpSchema : stdioSchema).safeParse(value);
    if (!server.success) throw atFault(file, at, server.error);
    const { data } = server;
    registerSecretsOf(data);
    return "url" in data
      ? { ...data, name }
      : { ...data, name, cwd: resolve(dirname(file), data.cwd ?? ".") };
  });
  return servers.filter((server) => !server.disabled);
}

/** So that neither a log nor a reason that the model is told holds them. */
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
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(`MCP_CONFIG: ${file} cannot be read as JSON (${reason}).`);
  }
}

function atFault(file: string, at: string, error: z.ZodError): StartupError {
  const lines = error.issues.map((issue) => `${at}${issue.path.join(".")}: ${messageOf(issue)}`);
  return new StartupError(`MCP_CONFIG: ${file} is not a valid configuration:\n  ${lines.join("\n  ")}`);
}

function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}
