import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import {
  chooseThreads,
  countAvailableCores,
  describeTuningSubject,
  findModelFile,
  loadNodeLlamaModel,
  ModelLoadError,
  readTunedFile,
  type TunedEntry,
  withTuned,
} from "@bullpen/llm";
import { openHub } from "@bullpen/llm/models";
import { readNvidiaGpus, StartupError } from "@bullpen/runtime";
import { writeFileDurably } from "@bullpen/storage";
import { DEFAULT_CONTEXT_TOKENS } from "../default-settings.js";
import { type Env, showGpus } from "../env.js";
import { findGpu } from "../gpu-groups.js";
import { planGpus } from "../plan-gpus.js";
import { type Candidate, chooseBest, findDoubt, type Measurement, rateOf, spreadOf } from "./choose.js";
import { MachineLoad } from "./machine-load.js";
import { measureThroughput } from "./measure-throughput.js";
import { tryCandidates } from "./try-candidates.js";

export interface TuneOptions {
  /** Time to measure in, loading not counted. */
  readonly seconds: number;
  /** Measure, and write nothing. */
  readonly dryRun: boolean;
  /** Choose even where the figures are in doubt. */
  readonly force: boolean;
  readonly print: (line: string) => void;
}

/** About how many candidates are measured. */
const USUAL_CANDIDATES = 7;
/** Part of the CPUs (or of a GPU) that others may take before the figures are worth nothing. */
const MOST_TAKEN = 0.2;

/**
 * Finds out what a model runs best with on this machine, and writes it to `TUNED_FILE`. What the environment
 * says (`SLOTS`, `THREADS`, `CONTEXT_TOKENS`) is not searched for: it would take precedence over the file anyway.
 *
 * @throws {StartupError} when the figures are in doubt: nothing is written then, unless forced.
 */
export async function tune(env: Env, options: TuneOptions): Promise<void> {
  if (env.LLM_BASE_URL !== undefined)
    throw new StartupError("With LLM_BASE_URL there is nothing to tune here: its server has the settings.");
  if (env.ENGINE === "vllm")
    throw new StartupError("With ENGINE=vllm there is nothing to tune here: vLLM plans its own memory.");
  const modelPath = await findModelFile({
    model: env.MODEL,
    folder: env.MODELS_DIR,
    hub: await openHub(env),
  });
  const gpus = await takeGpus(env, modelPath, options);
  const subject = await describeTuningSubject(
    modelPath,
    gpus.map((gpu) => gpu.name),
  );
  const file = await readTunedFile(env.TUNED_FILE);
  const contextTokens = env.CONTEXT_TOKENS ?? DEFAULT_CONTEXT_TOKENS;
  options.print(
    `${subject.file} on ${[subject.cpu, ...subject.gpus].join(", ")}, ${contextTokens} tokens a slot`,
  );
  const load = new MachineLoad();
  const measurements = await measureAll(env, modelPath, contextTokens, gpus.length > 0, options);
  const best = chooseBest(measurements);
  if (!best) throw new StartupError(`Nothing could be measured: ${modelPath} fits no slots into memory.`);
  const doubts = [busyGpu(gpus), busyCpu(load), findDoubt(measurements)].filter(
    (doubt) => doubt !== undefined,
  );
  if (doubts.length > 0 && !options.force)
    throw new StartupError(
      `${doubts.join(" ")} Nothing was written. Close what else runs here and try again, or take the choice as it is with --force.`,
    );
  for (const doubt of doubts) options.print(`In doubt: ${doubt}`);
  const entry: TunedEntry = {
    subject,
    settings: { slots: best.slots, threads: best.threads, context_tokens: contextTokens },
    tokens_per_second: Math.round(rateOf(best) * 10) / 10,
    measured_at: new Date().toISOString(),
  };
  options.print(`SLOTS=${best.slots} THREADS=${best.threads} CONTEXT_TOKENS=${contextTokens}`);
  if (options.dryRun) return;
  await mkdir(dirname(env.TUNED_FILE), { recursive: true });
  await writeFileDurably(env.TUNED_FILE, [`${JSON.stringify(withTuned(file, entry), null, 2)}\n`]);
  options.print(
    `written to ${env.TUNED_FILE}: the next worker takes them, where its environment says nothing else`,
  );
}

/** The GPUs of one worker, which this process sees alone from now on. */
async function takeGpus(env: Env, modelPath: string, { print }: TuneOptions) {
  if (env.GPU === "off") return [];
  const all = await readNvidiaGpus();
  const logger = { info: (_fields: unknown, message?: string) => print(String(message)) };
  const [group = []] = (await planGpus({ gpus: all, env, logger, modelFile: async () => modelPath })).groups;
  if (group.length > 0) showGpus(group);
  return group.map((id) => findGpu(all, id)).filter((gpu) => gpu !== undefined);
}

function busyGpu(gpus: Awaited<ReturnType<typeof takeGpus>>): string | undefined {
  const busy = gpus.filter((gpu) => (gpu.utilization ?? 0) > MOST_TAKEN);
  if (busy.length === 0) return undefined;
  return `GPU ${busy.map((gpu) => gpu.index).join(", ")} was at work for somebody else before we began.`;
}

function busyCpu(load: MachineLoad): string | undefined {
  const taken = load.takenByOthers();
  if (taken <= MOST_TAKEN) return undefined;
  return `The machine is busy: other processes took ${Math.round(taken * 100)} % of its CPUs.`;
}

async function measureAll(
  env: Env,
  modelPath: string,
  contextTokens: number,
  onGpu: boolean,
  { seconds, print }: TuneOptions,
): Promise<Measurement[]> {
  print("slots  threads  tokens/s  spread");
  const measure = async (candidate: Candidate) => {
    const rates = await measureOne(env, modelPath, contextTokens, candidate, seconds / USUAL_CANDIDATES);
    const measurement = typeof rates === "string" ? undefined : { ...candidate, rates };
    print(tableRow(candidate, measurement ?? String(rates)));
    return measurement;
  };
  return tryCandidates({
    onGpu,
    slots: env.SLOTS === "auto" ? undefined : env.SLOTS,
    threads: threadsToTry(env, onGpu),
    measure,
  });
}

/** The rates of a candidate, or why there are none. */
async function measureOne(
  env: Env,
  modelPath: string,
  contextTokens: number,
  { slots, threads }: Candidate,
  seconds: number,
): Promise<readonly number[] | string> {
  try {
    const model = await loadNodeLlamaModel({
      modelPath,
      name: env.MODEL_NAME,
      slots,
      threads,
      contextTokensPerSlot: contextTokens,
      gpu: env.GPU === "off" ? false : "auto",
      promptFormat: env.PROMPT_FORMAT,
    });
    try {
      return (await measureThroughput(model, seconds)) ?? "too slow to be measured";
    } finally {
      await model.close();
    }
  } catch (error) {
    if (error instanceof ModelLoadError && /fit into memory/.test(error.message)) return "does not fit";
    throw error;
  }
}

/** The default, all cores, and half of them: the twins of hyperthreaded cores add little. */
function threadsToTry(env: Env, onGpu: boolean): [number, ...number[]] {
  if (env.THREADS !== undefined) return [env.THREADS];
  const usual = chooseThreads();
  // With the layers on a GPU there is nothing for threads to do.
  if (onGpu) return [usual];
  const cores = Math.max(1, Math.floor(countAvailableCores()));
  const others = new Set([cores, Math.max(1, Math.floor(cores / 2))]);
  others.delete(usual);
  return [usual, ...others];
}

function tableRow({ slots, threads }: Candidate, result: Measurement | string): string {
  const settings = `${String(slots).padStart(5)}  ${String(threads).padStart(7)}`;
  if (typeof result === "string") return `${settings}  ${result}`;
  const spread = `${Math.round(spreadOf(result) * 100)} %`;
  return `${settings}  ${rateOf(result).toFixed(1).padStart(8)}  ${spread.padStart(6)}`;
}
