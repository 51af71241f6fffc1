import { fileURLToPath } from "node:url";
import { wholeLines } from "@bullpen/base";
import { countAvailableCores, samplerThreads } from "@bullpen/llm";
import {
  CLOSE_SECONDS,
  closeServer,
  createHealthServer,
  type Logger,
  listen,
  type Running,
  SupervisedProcess,
  stopInOrder,
  VLLM_CLOSE_SECONDS,
} from "@bullpen/runtime";
import { DEFAULT_SLOTS } from "./default-settings.js";
import { type Env, envWithGpus } from "./env.js";
import { FleetMetrics } from "./fleet-metrics.js";

export interface FleetOptions {
  readonly env: Env;
  /** The GPUs of each process, as `CUDA_VISIBLE_DEVICES` names them. */
  readonly groups: readonly (readonly string[])[];
  readonly logger: Logger;
}

const ENTRY = fileURLToPath(new URL("./main.js", import.meta.url));

/** What the stop of the fleet may take beyond the grace: its processes end themselves after {@link CLOSE_SECONDS}. */
const FLEET_CLOSE_SECONDS = CLOSE_SECONDS + 3;

/**
 * Starts a worker process for each group of GPUs, keeps them running, and answers for the whole:
 * ready when one of them is, metrics added up.
 *
 * @throws {StartupError} what the first of them said, when none starts.
 */
export async function startFleet({ env, groups, logger }: FleetOptions): Promise<Running> {
  const settings = {
    // Only the fleet is spoken to from outside.
    HOST: "127.0.0.1",
    WORKER_PORT: "0",
    THREADS: String(env.THREADS ?? threadsOfEach(groups.length)),
    UV_THREADPOOL_SIZE: String(samplerThreads(env.SLOTS ?? DEFAULT_SLOTS)),
  };
  const processes = groups.map((gpus) => superviseGroup(gpus, { settings, env, logger }));
  const metrics = new FleetMetrics(processes);
  const server = createHealthServer({ env, metrics, checkReady: () => checkReady(processes) });
  const url = await listen(server, env.HOST, env.WORKER_PORT, "WORKER_PORT");
  logger.info({ groups }, `starting ${groups.length} worker processes`);
  try {
    await startAll(processes);
  } catch (error) {
    await closeServer(server);
    throw error;
  }
  const closeSeconds = FLEET_CLOSE_SECONDS + (env.ENGINE === "vllm" ? VLLM_CLOSE_SECONDS : 0);
  const stopMs = (env.SHUTDOWN_GRACE_SECONDS + closeSeconds - 1) * 1_000;
  return {
    url,
    stop: stopInOrder([
      async () => void (await Promise.all(processes.map((process) => process.stop(stopMs)))),
      () => closeServer(server),
    ]),
    kill: () => {
      for (const process of processes) process.kill();
    },
    closeSeconds,
  };
}

/** By itself each would take all cores but one, and their idle threads would spin against each other. */
function threadsOfEach(processes: number): number {
  return Math.max(1, Math.floor(countAvailableCores() / processes) - 1);
}

function superviseGroup(
  gpus: readonly string[],
  { settings, env, logger }: { settings: Readonly<Record<string, string>>; env: Env; logger: Logger },
): SupervisedProcess {
  return new SupervisedProcess({
    name: `worker on GPUs ${gpus.join(", ")}`,
    entry: ENTRY,
    workingFolder: process.cwd(),
    // Planned here, for all: what its GPUs are is what it takes.
    env: { ...envWithGpus(gpus), ...settings, GPUS_PER_WORKER: String(gpus.length) },
    watchdogSeconds: env.WATCHDOG_SECONDS,
    onOutput: wholeLines((line) => process.stderr.write(line)),
    onRestart: (name, reason) => logger.error({ reason }, `the ${name} ended and starts again`),
  });
}

/** A group that fails to start is retried; if all fail, the start fails with the first error. */
async function startAll(processes: readonly SupervisedProcess[]): Promise<void> {
  const results = await Promise.allSettled(processes.map((process) => process.start()));
  const failures = results.map((result) => (result.status === "rejected" ? result.reason : undefined));
  if (failures.every((failure) => failure !== undefined)) throw failures[0];
  for (const [i, failure] of failures.entries()) {
    if (failure !== undefined) processes[i]?.restartLater(String(failure));
  }
}

async function checkReady(processes: readonly SupervisedProcess[]): Promise<void> {
  const reasons = await Promise.all(processes.map(reasonNotReady));
  if (reasons.every((reason) => reason !== undefined)) throw new Error(reasons.join("; "));
}

async function reasonNotReady(process: SupervisedProcess): Promise<string | undefined> {
  if (!process.isReady) return `the ${process.name} is not running`;
  try {
    const response = await fetch(`${process.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    return response.ok ? undefined : `the ${process.name}: ${await response.text()}`;
  } catch (error) {
    return `the ${process.name}: ${String(error)}`;
  }
}
