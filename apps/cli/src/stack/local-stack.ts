import { join, resolve } from "node:path";
import { redact } from "@bullpen/contracts";
import { installRedis } from "../../bin/system-packages.js";
import { inheritedEnv, readEnv } from "../env.js";
import type { Interrupts } from "../interrupts.js";
import { ensureModel } from "../models/ensure-model.js";
import { workerFiles } from "../models/models-folder.js";
import { STATE_FOLDER } from "../paths.js";
import { takeDataFolder } from "./data-folder.js";
import { type Stack, startStack } from "./start-stack.js";

export interface LocalStackOptions {
  /** Default: `.bullpen/up` in the repository, or in the home folder for an installed Bullpen. */
  readonly data?: string | undefined;
  readonly model?: string | undefined;
  readonly slots?: string;
  readonly search?: string;
  readonly documents?: string;
  readonly tools?: string;
  readonly mcp?: string;
  /** Whether the model runs in llama.cpp here, whatever ENGINE and LLM_BASE_URL say. */
  readonly ownEngine?: boolean;
}

/** Ports that are taken where they are free and nothing else is set. */
const PREFERRED_PORTS = { API_PORT: 3_000, DASHBOARD_PORT: 3_001 };

/** Starts a stack with the embedded default, as far as options and environment do not say otherwise. */
export async function startLocalStack(
  name: string,
  options: LocalStackOptions,
  interrupts: Interrupts,
): Promise<Stack> {
  const env = readEnv();
  const isElsewhere = env.LLM_BASE_URL !== undefined && !options.ownEngine;
  const model = isElsewhere
    ? options.model
    : await ensureModel(options.model ?? env.MODEL, env, interrupts.stop);
  if (env.REDIS_URL === undefined) installRedis();
  const wanted = resolve(options.data ?? join(STATE_FOLDER, name));
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
    env: { ...inheritedEnv(), ...workerFiles(env), ...settingsOf({ ...options, model }) },
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

function settingsOf(options: LocalStackOptions): Record<string, string> {
  const settings = {
    MODEL: options.model,
    LLM_BASE_URL: options.ownEngine ? "" : undefined,
    LLM_BASE_URL_FILE: options.ownEngine ? "" : undefined,
    ENGINE: options.ownEngine ? "" : undefined,
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
