import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "@bullpen/runtime";
import { type Env, envOfVllm } from "../env.js";
import { vllmCommand } from "./vllm-command.js";
import { VllmProcess } from "./vllm-process.js";

export interface RunningVllm {
  /** The socket that it listens on, in a folder that only this user can enter. */
  readonly socketPath: string;
  /** Asks it to stop, and kills it when the time is over. */
  stop(withinMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

const HEALTH_TIMEOUT_MS = 5_000;
/** The kernel takes 107 bytes for the path of a socket. */
const MAX_FOLDER_BYTES = 80;

/**
 * Starts vLLM on the GPUs that this process sees and waits until it is ready. It listens on a socket file: no other
 * process can take its address between two starts, and no other user of the machine can reach it.
 *
 * @throws {StartupError} when it does not become ready, with what it said.
 */
export async function startVllm(env: Env, gpus: number, logger: Logger): Promise<RunningVllm> {
  const parent = Buffer.byteLength(tmpdir()) > MAX_FOLDER_BYTES ? "/tmp" : tmpdir();
  const folder = mkdtempSync(join(parent, "bullpen-vllm-"));
  const socketPath = join(folder, "api.sock");
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const { program, args } = vllmCommand({
    command: env.VLLM_COMMAND,
    args: env.VLLM_ARGS,
    model: env.MODEL,
    socketPath,
    gpus,
    contextTokens: env.CONTEXT_TOKENS,
  });
  const vllm = new VllmProcess({
    program,
    args,
    env: envOfVllm(env),
    folder,
    // What a server that was killed leaves keeps the next one from listening.
    beforeStart: () => rmSync(socketPath, { force: true }),
    isHealthy: () => answersHealth(socketPath),
    watchdogSeconds: env.WATCHDOG_SECONDS,
    logger,
  });
  try {
    await vllm.start();
  } catch (error) {
    removeFolder();
    throw error;
  }
  return {
    socketPath,
    stop: async (withinMs) => {
      await vllm.stop(withinMs);
      removeFolder();
    },
    kill: () => {
      vllm.kill();
      removeFolder();
    },
  };
}

function answersHealth(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
    const request = get({ socketPath, path: "/health", agent: false, signal }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => resolve(false));
  });
}
