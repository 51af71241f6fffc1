import { commonSettings, countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { z } from "zod";
import { PROVIDER_NAMES, type ProviderName, SEARCH_DEFAULTS } from "./search/search-provider.js";

const providersSchema = z
  .array(z.enum(PROVIDER_NAMES))
  .refine((names) => new Set(names).size === names.length);

/** The providers in a list such as `duckduckgo,searxng`. */
function readProviders(list: string, context: z.RefinementCtx): ProviderName[] {
  const providers = providersSchema.safeParse(list.split(",").map((name) => name.trim()));
  if (providers.success) return providers.data;
  context.addIssue(
    `must be one or more of ${PROVIDER_NAMES.join(", ")}, each once, with commas between them`,
  );
  return z.NEVER;
}

const schema = z
  .object({
    ...commonSettings,
    TOOL_WORKER_PORT: portSetting.default(0),
    /** Search providers in the order in which they are asked: the next one when one fails. */
    SEARCH_PROVIDER: z.string().default("duckduckgo").transform(readProviders),
    /** The folder, or the one file, that the `local` provider searches. */
    SEARCH_DOCUMENTS: z.string().default("examples/documents"),
    /** The instance that the `searxng` provider asks. */
    SEARXNG_URL: z
      .url({ protocol: /^https?$/, error: "must be a URL such as http://127.0.0.1:8888" })
      .optional(),
    /** Country and language, such as `uk-en`; `wt-wt` is none. */
    SEARCH_REGION: z
      .string()
      .regex(/^[a-z]{2}-[a-z]{2,3}$/, "must be a country and a language, such as uk-en, or wt-wt for none")
      .default(SEARCH_DEFAULTS.region),
    SEARCH_SAFE: z.enum(["strict", "moderate", "off"]).default(SEARCH_DEFAULTS.safeSearch),
    /** Results of one search, and the tokens that they take together. */
    SEARCH_RESULTS: countSetting(1, 10).default(SEARCH_DEFAULTS.count),
    SEARCH_TOKENS: countSetting(16, 100_000).default(300),
    /** Time for one request to a provider. */
    SEARCH_TIMEOUT_SECONDS: countSetting(1, 60).default(SEARCH_DEFAULTS.timeoutMs / 1_000),
    /** How long results from the web are kept, for all tool-workers; 0 keeps none. */
    SEARCH_CACHE_SECONDS: countSetting(0, 604_800).default(3_600),
    /** The HTTP proxy on the way to providers on the web. */
    SEARCH_PROXY: z.url("must be a URL such as http://user:password@proxy:3128").optional(),
    /** Searches that all tool-workers together begin in a minute. */
    DUCKDUCKGO_PER_MINUTE: countSetting(1, 60_000).default(20),
    SEARXNG_PER_MINUTE: countSetting(1, 60_000).default(120),
    /** Programs that run side by side. */
    CALCULATOR_CONCURRENCY: countSetting(1, 256).default(2),
    /** Searches that run side by side. */
    SEARCH_CONCURRENCY: countSetting(1, 256).default(4),
    /** A folder of modules, each with a tool of your own. */
    TOOLS_FOLDER: z.string().optional(),
    /** The JavaScript heap of each process that runs a tool of your own or an MCP server's client. */
    TOOL_MEMORY_MIB: countSetting(32, 65_536).default(512),
    /** A JSON file with MCP servers under `mcpServers`, whose tools become the agent's. */
    MCP_CONFIG: z.string().optional(),
  })
  .refine((settings) => !settings.SEARCH_PROVIDER.includes("searxng") || settings.SEARXNG_URL !== undefined, {
    path: ["SEARXNG_URL"],
    message: "must be set when SEARCH_PROVIDER names searxng",
  });

export type Env = z.output<typeof schema>;

export function readEnv(): Env {
  return parseEnv(schema, process.env);
}

/** All variables, for files that name some. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
