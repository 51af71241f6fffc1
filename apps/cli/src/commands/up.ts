import { join, resolve } from "node:path";
import { redact } from "@bullpen/contracts";
import { inheritedEnv, readEnv } from "../env.js";
import { ROOT } from "../paths.js";
import { takeDataFolder } from "../stack/data-folder.js";
import { type Stack, startStack } from "../stack/start-stack.js";

export interface UpOptions {
  /** Default: `.bullpen/up` in the repository. */
  readonly data?: string;
  readonly model?: string;
  readonly slots?: string;
  readonly search?: string;
  readonly documents?: string;
  readonly tools?: string;
  readonly mcp?: string;
  /** Whether the model runs in llama.cpp here, whatever server LLM_BASE_URL names. */
  readonly ownEngine?: boolean;
}

const PREFERRED_PORTS = { API_PORT: 3_000, DASHBOARD_PORT: 3_001 };

/** `bullpen up`: everything on this machine, in the foreground until Ctrl-C. */
export async function up(options: UpOptions): Promise<void> {
  const interrupted = untilInterrupted();
  const stack = await startLocalStack("up", options);
  printUrls(stack);
  console.log("Ctrl-C stops everything.");
  await interrupted;
  console.log("\nstopping");
  await stack.stop();
}

/** Starts a stack with the embedded default, as far as options and environment do not say otherwise. */
export async function startLocalStack(name: string, options: UpOptions): Promise<Stack> {
  const env = readEnv();
  const folder = await takeDataFolder(
    resolve(options.data ?? join(ROOT, ".bullpen", name)),
    options.data === undefined,
  );
  return startStack({
    folder,
    redisUrl: env.REDIS_URL,
    env: { ...inheritedEnv(), ...settingsOf(options) },
    preferredPorts: Object.fromEntries(
      Object.entries(PREFERRED_PORTS).filter(([setting]) => !(setting in env)),
    ),
    onProgress: (message) => console.error(message),
  });
}

export function printUrls(stack: Stack): void {
  console.log(`api        ${stack.apiUrl}`);
  console.log(`dashboard  ${stack.dashboardUrl}`);
  console.log(`redis      ${redact(stack.redisUrl)}`);
  console.log(`logs       ${stack.logFolder}`);
}

/** Resolves at the first Ctrl-C or SIGTERM; the next one ends the process at once. */
export function untilInterrupted(): Promise<void> {
  return new Promise((done) => {
    const interrupt = () => {
      done();
      process.once("SIGINT", () => process.exit(130));
      process.once("SIGTERM", () => process.exit(143));
    };
    process.once("SIGINT", interrupt);
    process.once("SIGTERM", interrupt);
  });
}

function settingsOf(options: UpOptions): Record<string, string> {
  const settings = {
    MODEL: options.model,
    LLM_BASE_URL: options.ownEngine ? "" : undefined,
    SLOTS: options.slots,
    SEARCH_PROVIDER: options.search ?? (options.documents ? "local" : undefined),
    SEARCH_DOCUMENTS: options.documents && resolve(options.documents),
    TOOLS_FOLDER: options.tools && resolve(options.tools),
    MCP_CONFIG: options.mcp && resolve(options.mcp),
  };
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
