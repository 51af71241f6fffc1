import { BUILT_IN_TOOLS } from "@bullpen/contracts";
import { parseDestination } from "@bullpen/outbound";
import { redisSettings } from "@bullpen/redis";
import { commonSettings, countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { tracingSettings } from "@bullpen/tracing";
import { z } from "zod";
import { PROVIDER_NAMES, type ProviderName, SEARCH_DEFAULTS } from "./tools/search/search-provider.js";

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

const BUILT_IN_NAMES = BUILT_IN_TOOLS.map(({ name }) => name);

/** The names in a list such as `Calculator,Search`; `none` is the empty list. */
function readBuiltInTools(list: string, context: z.RefinementCtx): string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.join() === "none") return [];
  if (names.every((name) => BUILT_IN_NAMES.includes(name))) return names;
  context.addIssue(`must be one or more of ${BUILT_IN_NAMES.join(", ")} with commas between them, or none`);
  return z.NEVER;
}

/** docs/settings.md is made of it. */
export const envSchema = z
  .object({
    ...commonSettings,
    ...redisSettings,
    ...tracingSettings,
    TOOL_WORKER_PORT: portSetting.default(0).describe("The port of health and metrics. 0: any free one."),
    BUILT_IN_TOOLS: z
      .string()
      .default(BUILT_IN_NAMES.join(","))
      .transform(readBuiltInTools)
      .describe(
        "Which built-in tools this tool-worker serves, with commas between them, or `none`. Queries are offered both, so some tool-worker must serve each.",
      ),
    SEARCH_PROVIDER: z
      .string()
      .default("duckduckgo")
      .transform(readProviders)
      .describe(
        "One or more of `duckduckgo`, `searxng`, `local`, with commas between them: the next one answers when one fails.",
      ),
    SEARCH_DOCUMENTS: z
      .string()
      .default("examples/documents")
      .describe(
        "What `local` searches: a folder of `.md`, `.txt` and `.jsonl` files in UTF-8 or UTF-16, or one of them. Links are followed within it.",
      ),
    SEARXNG_URL: z
      .url({ protocol: /^https?$/, error: "must be a URL such as http://127.0.0.1:8888" })
      .optional()
      .meta({
        secret: true,
        description: "The instance that `searxng` asks. User and password in it are sent as Basic auth.",
      }),
    SEARCH_REGION: z
      .string()
      .regex(/^[a-z]{2}-[a-z]{2,3}$/, "must be a country and a language, such as uk-en, or wt-wt for none")
      .default(SEARCH_DEFAULTS.region)
      .describe("Country and language, such as `uk-en`; `wt-wt` is none."),
    SEARCH_SAFE: z
      .enum(["strict", "moderate", "off"])
      .default(SEARCH_DEFAULTS.safeSearch)
      .describe("How strictly DuckDuckGo and SearXNG filter."),
    SEARCH_RESULTS: countSetting(1, 10).default(SEARCH_DEFAULTS.count).describe("Results of one search."),
    SEARCH_TOKENS: countSetting(16, 100_000)
      .default(300)
      .describe("Tokens that the results of one search take together."),
    SEARCH_TIMEOUT_SECONDS: countSetting(1, 60)
      .default(SEARCH_DEFAULTS.timeoutMs / 1_000)
      .describe("How long one request to a provider may take."),
    SEARCH_CACHE_SECONDS: countSetting(0, 604_800)
      .default(3_600)
      .describe("How long results from the web are kept, for all tool-workers. 0 keeps none."),
    SEARCH_PROXY: z
      .url("must be a URL such as http://user:password@proxy:3128")
      .optional()
      .meta({ secret: true, description: "The HTTP proxy on the way to DuckDuckGo and SearXNG." }),
    DUCKDUCKGO_PER_MINUTE: countSetting(1, 60_000)
      .default(20)
      .describe("Searches at DuckDuckGo that all tool-workers together begin in a minute."),
    SEARXNG_PER_MINUTE: countSetting(1, 60_000)
      .default(120)
      .describe("Searches at SearXNG that all tool-workers together begin in a minute."),
    CALCULATOR_CONCURRENCY: countSetting(1, 256)
      .default(2)
      .describe("Python programs that run side by side in one tool-worker."),
    CALCULATOR_LIBRARIES: z
      .string()
      .default(".bullpen/calculator-libraries")
      .describe(
        "A folder of wheels whose modules Python programs may import: `npm start` fetches sympy, mpmath, dateutil, six and tzdata into this one. A folder that does not exist brings none.",
      ),
    CALCULATOR_WHEELS: z
      .string()
      .default("")
      .transform((list) =>
        list
          .split(",")
          .map((path) => path.trim())
          .filter((path) => path !== ""),
      )
      .meta({
        description:
          "Wheels of pure Python (`…-none-any.whl`) that programs may import besides, or folders of them, with commas between them. Each is compiled once, into a file beside it.",
        defaultText: "none",
      }),
    SEARCH_CONCURRENCY: countSetting(1, 256)
      .default(4)
      .describe("Searches that run side by side in one tool-worker."),
    TOOLS_FOLDER: z.string().optional().describe("A folder of modules, each with a tool of your own."),
    TOOLS_ALLOWED_NETWORKS: z.string().default("").transform(listDestinations).meta({
      description:
        "Networks and hosts that the `fetch` of your own tools may reach besides public addresses: `10.1.0.0/16,wiki.internal`.",
      defaultText: "none",
    }),
    TOOL_MEMORY_MIB: countSetting(32, 65_536)
      .default(512)
      .describe(
        "The JavaScript heap of each process that runs a tool of your own or an MCP server's client.",
      ),
    MCP_CONFIG: z
      .string()
      .optional()
      .describe("A JSON file with MCP servers under `mcpServers`, whose tools become the agent's."),
  })
  .refine((settings) => !settings.SEARCH_PROVIDER.includes("searxng") || settings.SEARXNG_URL !== undefined, {
    path: ["SEARXNG_URL"],
    message: "must be set when SEARCH_PROVIDER names searxng",
  });

function listDestinations(text: string, context: z.RefinementCtx): string[] {
  const parts = text.split(",").map((part) => part.trim());
  const listed = parts.filter((part) => part !== "");
  for (const part of listed) {
    try {
      parseDestination(part);
    } catch {
      const message = `${part} is no network and no host; write them like 10.1.0.0/16,fd00::/8,wiki.internal`;
      context.addIssue({ code: "custom", message, input: text });
    }
  }
  return listed;
}

export type Env = z.output<typeof envSchema>;

export function readEnv(): Env {
  return parseEnv(envSchema, process.env);
}

/** All variables, for files that name some. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
