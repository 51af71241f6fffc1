import { commonSettings, countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { z } from "zod";

const schema = z.object({
  ...commonSettings,
  TOOL_WORKER_PORT: portSetting.default(0),
  SEARCH_PROVIDER: z.enum(["duckduckgo", "local"]).default("duckduckgo"),
  /** The folder that the `local` provider searches. */
  SEARCH_DOCUMENTS: z.string().default("examples/documents"),
  /** Programs that run side by side. */
  CALCULATOR_CONCURRENCY: countSetting(1, 256).default(2),
  /** Searches that run side by side. */
  SEARCH_CONCURRENCY: countSetting(1, 256).default(4),
  /** A folder of modules, each with a tool of your own. */
  TOOLS_FOLDER: z.string().optional(),
  /** A JSON file with MCP servers under `mcpServers`, whose tools become the agent's. */
  MCP_CONFIG: z.string().optional(),
  /** Time that calls in flight get to finish when the process is told to stop. */
  SHUTDOWN_GRACE_SECONDS: countSetting(0, 3_600).default(10),
});

export type Env = z.output<typeof schema>;

export function readEnv(): Env {
  return parseEnv(schema, process.env);
}
