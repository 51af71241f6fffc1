import { join, resolve } from "node:path";
import { redact } from "@bullpen/contracts";
import { inheritedEnv, isStartedByNpm, readEnv } from "../env.js";
import { followInterrupts, type Interrupts } from "../interrupts.js";
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
  const interrupts = followInterrupts({ startedByNpm: isStartedByNpm(readEnv()) });
  const stack = await startLocalStack("up", options, interrupts);
  printUrls(stack);
  console.log("Ctrl-C stops everything.");
  await aborted(interrupts.stop);
  console.log("\nstopping; Ctrl-C again ends everything at once");
  await stack.stop();
}

/** Starts a stack with the embedded default, as far as options and environment do not say otherwise. */
export async function startLocalStack(
  name: string,
  options: UpOptions,
  interrupts: Interrupts,
): Promise<Stack> {
  const env = readEnv();
  const wanted = resolve(options.data ?? join(ROOT, ".bullpen", name));
  const folder = await takeDataFolder(wanted, options.data === undefined);
  if (folder.path !== wanted) {
    console.error(
      `Another Bullpen uses ${wanted}. This one starts in ${folder.path} instead, with batches, files and queries of its own.`,
    );
  }
  return startStack({
    folder,
    stopSignal: interrupts.stop,
    killSignal: interrupts.kill,
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

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((done) => signal.addEventListener("abort", done, { once: true }));
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
