import { existsSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseThreads } from "@bullpen/llm";
import { runAgentsBenchmark } from "../agents/agents-benchmark.js";
import { CONTEXT_TOKENS, type EngineRow, runEngineBenchmark } from "../engine/engine-benchmark.js";
import { DEMO_MODEL } from "../engine/paths.js";
import { countOf, countsOf, readArguments } from "../harness/arguments.js";
import { writeResults } from "../harness/results-file.js";
import { bytesPerToken, MIXTRAL_8X7B, MIXTRAL_300MB, writeMixtralFile } from "../model-files/mixtral-file.js";
import { buildForGpu, cudaBuild, readBandwidth } from "./build-cuda.js";
import { runContenders } from "./contenders.js";
import { measureIdleShare, readGpu, usedMemoryMiB } from "./nvidia.js";
import { runStepProfile } from "./step-profile.js";

/** The root of the compiled code, seen from `bench/dist/gpu`. */
const APP = fileURLToPath(new URL("../../../", import.meta.url));

const { values, positionals } = readArguments({
  allowPositionals: true,
  options: {
    type: { type: "string", default: "Q4_K" },
    slots: { type: "string", default: "1,8,32,64,128,256" },
    /** Numbers of threads that sample, for the stage `profile`. */
    samplers: { type: "string" },
    /** The root of another build of Bullpen, which is measured too. */
    baseline: { type: "string" },
    /** vLLM as one more contender: a script or the URL of a server, see vllm.ts. */
    vllm: { type: "string" },
    /** The end of the results files' names, so that a run adds to others. */
    suffix: { type: "string", default: "" },
    rounds: { type: "string", default: "5" },
    queries: { type: "string", default: "128" },
    concurrency: { type: "string", default: "32" },
    /** Tries the stages behind `build` on a machine without a GPU: a small file, llama-server as given. */
    rehearse: { type: "string" },
    /** llama-batched-bench for such a rehearsal. */
    "rehearse-batched-bench": { type: "string" },
  },
});
// biome-ignore lint/style/noProcessEnv: run.sh hands over the folder that it has made.
const WORK = process.env.BULLPEN_GPU_WORK ?? join(APP, ".bullpen/gpu");
const TYPE = values.type === "Q8_0" ? "Q8_0" : "Q4_K";
const GPU = values.rehearse === undefined;
const SHAPE = GPU ? MIXTRAL_8X7B : MIXTRAL_300MB;
const MODEL = join(WORK, `models/mixtral-${GPU ? "8x7b" : "rehearsal"}-${TYPE.toLowerCase()}.gguf`);
const LLAMA_SERVER = values.rehearse ?? cudaBuild(WORK).llamaServer;

const BATCHED_BENCH = values["rehearse-batched-bench"] ?? cudaBuild(WORK).batchedBench;
const SUFFIX = `${TYPE.toLowerCase()}${values.suffix}`;

const STAGES: Readonly<Record<string, () => Promise<void>>> = { build, generate, profile, engine, agents };

async function build(): Promise<void> {
  if (GPU) buildForGpu(WORK, APP);
}

async function generate(): Promise<void> {
  if (existsSync(MODEL)) return;
  // Two such files do not fit on every machine's disk.
  rmSync(join(WORK, "models"), { recursive: true, force: true });
  let shown = 0;
  const onProgress = (fraction: number) => {
    if (Math.floor(fraction * 10) > shown) console.log(`written: ${++shown * 10} %`);
  };
  const bytes = writeMixtralFile({
    path: MODEL,
    shape: SHAPE,
    type: TYPE,
    tokenizerFrom: DEMO_MODEL,
    onProgress,
  });
  const { bavail, bsize } = statfsSync(WORK);
  console.log(
    `${MODEL}: ${(bytes / 1e9).toFixed(1)} GB, ${((bavail * bsize) / 1e9).toFixed(0)} GB left on the disk`,
  );
}

/** Where the time of a decode step goes, beside what llama.cpp alone would take. */
async function profile(): Promise<void> {
  await runStepProfile({
    modelPath: MODEL,
    slots: countsOf("slots", values.slots),
    samplers: values.samplers === undefined ? [] : countsOf("samplers", values.samplers),
    rounds: countOf("rounds", values.rounds),
    threads: chooseThreads(),
    gpu: GPU,
    results: `gpu-steps-${SUFFIX}`,
    machine: describeGpu(),
  });
}

async function engine(): Promise<void> {
  const rows = await runEngineBenchmark({
    models: [{ name: `Mixtral-8x7B ${TYPE}`, path: MODEL }],
    slots: countsOf("slots", values.slots),
    rounds: countOf("rounds", values.rounds),
    threads: chooseThreads(),
    gpu: GPU,
    keepBothLoaded: fitsTwice,
    llamaServer: LLAMA_SERVER,
    results: `gpu-engine-${SUFFIX}`,
    machine: describeGpu(),
    onLoaded: checkOnGpu,
  });
  await reportBandwidth(rows);
  await runContenders({
    rows,
    modelPath: MODEL,
    batchedBench: BATCHED_BENCH,
    baseline: values.baseline,
    vllm: values.vllm,
    rounds: countOf("rounds", values.rounds),
    threads: chooseThreads(),
    gpu: GPU,
    onLoaded: checkOnGpu,
    results: `gpu-contenders-${SUFFIX}`,
    machine: describeGpu(),
  });
}

/** Buffers of a context beside its KV cache. */
const CONTEXT_BUFFERS = 3e9;

/** Whether two engines with so many slots fit into the GPUs at once. */
function fitsTwice(slots: number): boolean {
  if (!GPU) return true;
  const { embedding, heads, kvHeads, layers } = SHAPE;
  // Keys and values of 16 bits.
  const bytesPerToken = 2 * 2 * layers * kvHeads * (embedding / heads);
  const each = statSync(MODEL).size + slots * CONTEXT_TOKENS * bytesPerToken + CONTEXT_BUFFERS;
  const { memoryMiB, count } = readGpu();
  return 2 * each < memoryMiB * 2 ** 20 * count;
}

/** How near one slot comes to the tokens a second that reading the weights allows. */
async function reportBandwidth(rows: readonly EngineRow[]): Promise<void> {
  const row = rows.find(({ slots }) => slots === 1);
  if (!row || !GPU) return;
  const bandwidth = readBandwidth(WORK);
  const limit = bandwidth / bytesPerToken(SHAPE, TYPE);
  const share = (tokensPerSecond: number) => `${((tokensPerSecond / limit) * 100).toFixed(0)} %`;
  const { bullpen, peer } = row.generated;
  console.log(
    `One slot: reading ${(bandwidth / 1e12).toFixed(2)} TB/s allows ${limit.toFixed(0)} tokens/s; Bullpen ${share(bullpen.median)}, llama-server ${share(peer.median)}`,
  );
  await writeResults(`gpu-bandwidth-${SUFFIX}`, {
    ...describeGpu(),
    bytes_per_s: bandwidth,
    bytes_per_token: bytesPerToken(SHAPE, TYPE),
    tokens_per_s_limit: limit,
    bullpen_share: bullpen.median / limit,
    llama_server_share: peer.median / limit,
  });
}

/** Random weights never end a text: each query takes two turns, both cut off at the limit. */
async function agents(): Promise<void> {
  const idle: { contender: string; share: number }[] = [];
  await runAgentsBenchmark({
    modelPath: MODEL,
    queries: countOf("queries", values.queries),
    rounds: Math.min(3, countOf("rounds", values.rounds)),
    concurrency: countOf("concurrency", values.concurrency),
    threads: chooseThreads(),
    gpu: GPU,
    llamaServer: LLAMA_SERVER,
    limits: { maxTurns: 2, maxTokensPerTurn: 48 },
    results: "gpu-agents",
    machine: describeGpu(),
    onLoaded: checkOnGpu,
    watch: async (contender, run) => {
      if (!GPU) return run();
      const { result, idleShare } = await measureIdleShare(run);
      idle.push({ contender, share: idleShare });
      console.log(`${contender}: GPU idle ${(idleShare * 100).toFixed(0)} %`);
      return result;
    },
  });
  await writeResults("gpu-idle", { ...describeGpu(), each_round: idle });
}

function describeGpu(): object {
  return GPU ? { gpu_device: readGpu() } : {};
}

/** node-llama-cpp would fall back to the CPU without a word. */
function checkOnGpu(): void {
  if (GPU && usedMemoryMiB() < 20_000)
    throw new Error("The model is not in the GPU's memory: see what the build said.");
}

const [name = "all"] = positionals;
const stages = name === "all" ? Object.values(STAGES) : [STAGES[name]];
for (const stage of stages) {
  if (!stage)
    throw new Error(`There is no stage ${name}. There are: all, ${Object.keys(STAGES).join(", ")}.`);
  await stage();
}
process.exit(0);
