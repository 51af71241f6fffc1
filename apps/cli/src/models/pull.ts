import { formatBytes } from "@bullpen/base";
import {
  findPulled,
  openHub,
  type PulledModel,
  type PullProgress,
  pullModel,
  type RemoteModel,
} from "@bullpen/llm/models";
import { StartupError } from "@bullpen/runtime";
import type { Env } from "../env.js";
import { formatSeconds } from "../output/format.js";
import { Progress } from "../output/progress.js";
import { checkBytes, checkMemory } from "./check-memory.js";
import type { MachineMemory } from "./machine-memory.js";
import { modelsFolder } from "./models-folder.js";

/** How a pull was ended by the user. */
export class PullStopped extends StartupError {}

export interface PullOptions {
  /** As the user wrote it. */
  readonly name: string;
  readonly model: RemoteModel;
  readonly env: Env;
  /** What must hold the model. Default: that is not checked. */
  readonly memory: MachineMemory | undefined;
  readonly signal: AbortSignal;
}

/**
 * Downloads a model with its progress on standard error: a bar on a terminal, lines elsewhere.
 *
 * @throws {StartupError} when the machine's memory cannot hold it; {@link PullStopped} when the signal aborts: what has
 *   come is kept.
 */
export async function pullWithProgress({
  name,
  model,
  env,
  memory,
  signal,
}: PullOptions): Promise<PulledModel> {
  if (memory) checkMemory(name, model, memory);
  const progress = new Progress();
  const meter = new RateMeter();
  try {
    return await pullModel({
      model,
      folder: modelsFolder(env),
      hub: await openHub(env),
      signal,
      onSize: (bytes) => memory && checkBytes(name, bytes, memory),
      onProgress: (step) => progress.show(describe(step, meter)),
      onNote: (message) => progress.say(message),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new PullStopped("Stopped. What has come is kept: the same command goes on from there.");
  } finally {
    progress.clear();
  }
}

/** The model's file, where it is there already in whole. */
export async function findLocal(
  model: RemoteModel,
  env: Env,
): Promise<{ path: string; bytes?: number; files: readonly string[] } | undefined> {
  const folder = modelsFolder(env);
  const pulled = await findPulled(model, folder);
  if (pulled) return pulled;
  // node-llama-cpp takes half a second to load, so it is asked last.
  const { findEarlierDownload } = await import("@bullpen/llm");
  const path = await findEarlierDownload(model.uri, folder);
  return path === undefined ? undefined : { path, files: [path] };
}

const PHASES = { downloading: "", checking: "checking ", waiting: "another process downloads " };

function describe(
  { phase, done, total, file, files }: PullProgress,
  meter: RateMeter,
): { fraction: number | undefined; text: string } {
  const part = files > 1 ? `file ${file} of ${files}, ` : "";
  const of = total === undefined ? "" : ` of ${formatBytes(total)}`;
  const rate = meter.rate(`${phase} ${file}`, done);
  const pace = rate === undefined ? "" : `, ${formatBytes(rate)}/s`;
  const left = rate && total !== undefined ? `, ${formatSeconds((total - done) / rate)} left` : "";
  return {
    fraction: total ? done / total : undefined,
    text: `${part}${PHASES[phase]}${formatBytes(done)}${of}${pace}${left}`,
  };
}

/** A rate over less is a guess. */
const SHORTEST_MS = 1_000;

/** Bytes a second since a phase began: of what was there before nothing counts. */
class RateMeter {
  #phase = "";
  #from = 0;
  #since = 0;

  rate(phase: string, done: number): number | undefined {
    if (phase !== this.#phase || done < this.#from) {
      this.#phase = phase;
      this.#from = done;
      this.#since = performance.now();
    }
    const ms = performance.now() - this.#since;
    return ms < SHORTEST_MS ? undefined : ((done - this.#from) / ms) * 1_000;
  }
}
