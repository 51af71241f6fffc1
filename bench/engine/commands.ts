import { existsSync } from "node:fs";
import { join } from "node:path";
import { chooseThreads } from "@bullpen/llm";
import { runAgentsBenchmark } from "../agents/agents-benchmark.js";
import { packForGpu } from "../gpu/pack.js";
import { countOf, countsOf, readArguments, UsageError } from "../harness/arguments.js";
import { MIXTRAL_300MB, writeMixtralFile } from "../model-files/mixtral-file.js";
import { runServedAgents } from "../served-agents/command.js";
import { packServedAgents } from "../served-agents/pack.js";
import { buildLlamaServer } from "./build-llama-server.js";
import { runEngineBenchmark } from "./engine-benchmark.js";
import { BENCH_MODELS, DEMO_MODEL, LLAMA_SERVER } from "./paths.js";

/** A benchmark that reads its own arguments. Resolves to whether the result is what Bullpen promises. */
export interface EngineCommand {
  readonly about: string;
  readonly usage: string;
  run(args: readonly string[]): Promise<boolean>;
}

export const ENGINE_COMMANDS: Readonly<Record<string, EngineCommand>> = {
  "build-llama-server": {
    about: "builds the peer of the two below from the sources inside node-llama-cpp (minutes)",
    usage: "[--jobs <n>]",
    run: async (args) => {
      const { values } = readArguments({ args: [...args], options: { jobs: { type: "string" } } });
      buildLlamaServer(values.jobs === undefined ? undefined : countOf("jobs", values.jobs));
      return true;
    },
  },
  "gpu-pack": {
    about: "packs the GPU benchmark for a machine without network (bench/gpu/run.sh says the rest)",
    usage: "",
    run: async () => {
      packForGpu();
      return true;
    },
  },
  engine: {
    about: "tokens/s of the engine against llama-server, on the demo model and a 300 MB Mixtral",
    usage: "[--slots 1,8,32,64] [--rounds 5] [--threads <n>] [--model demo|300mb|<path>]",
    run: runEngine,
  },
  agents: {
    about: "agent queries/s on the demo model, against a plain script on llama-server",
    usage: "[--queries 500] [--rounds 5] [--concurrency 16] [--threads <n>]",
    run: runAgents,
  },
  "served-pack": {
    about:
      "packs the whole product for the one below on a machine without network (bench/served-agents/run.sh)",
    usage: "",
    run: async () => {
      packServedAgents();
      return true;
    },
  },
  "served-agents": {
    about:
      "agent queries/s of the whole product on a model server, against an asyncio script on the same one",
    usage:
      "--url http://127.0.0.1:8000/v1 [--in-flight 64,256] [--queries-per-slot 16] [--rounds 3] [--python python3], or --killed-server with MODEL, VLLM_COMMAND and VLLM_ARGS set",
    run: runServedAgents,
  },
};

/** How many times the script's queries/s Bullpen's must be. */
const LEAST_AGENTS_RATIO = 1.5;

async function runAgents(args: readonly string[]): Promise<boolean> {
  const { values } = readArguments({
    args: [...args],
    options: {
      queries: { type: "string", default: "500" },
      rounds: { type: "string", default: "5" },
      concurrency: { type: "string", default: "16" },
      threads: { type: "string", default: String(chooseThreads()) },
    },
  });
  const ratio = await runAgentsBenchmark({
    modelPath: DEMO_MODEL,
    queries: countOf("queries", values.queries),
    rounds: countOf("rounds", values.rounds),
    concurrency: countOf("concurrency", values.concurrency),
    threads: countOf("threads", values.threads),
    gpu: false,
    llamaServer: LLAMA_SERVER,
    limits: { maxTurns: 4, maxTokensPerTurn: 256 },
    results: "agents",
  });
  return ratio.median >= LEAST_AGENTS_RATIO;
}

/** The least ratio of generated tokens/s to llama-server's, at every number of slots. */
const LEAST_RATIO = 1;

async function runEngine(args: readonly string[]): Promise<boolean> {
  const { values } = readArguments({
    args: [...args],
    options: {
      slots: { type: "string", default: "1,8,32,64" },
      rounds: { type: "string", default: "5" },
      threads: { type: "string", default: String(chooseThreads()) },
      model: { type: "string", multiple: true, default: ["demo", "300mb"] },
    },
  });
  const rows = await runEngineBenchmark({
    models: values.model.map((name) => ({ name, path: modelPath(name) })),
    slots: countsOf("slots", values.slots),
    rounds: countOf("rounds", values.rounds),
    threads: countOf("threads", values.threads),
    gpu: false,
    llamaServer: LLAMA_SERVER,
    results: "engine",
  });
  return rows.every(({ ratio }) => ratio.generated_tokens_per_s.median >= LEAST_RATIO);
}

/** The file of a model that benchmarks know by name; the large one is written when it is missing. */
function modelPath(name: string): string {
  if (name === "demo") return DEMO_MODEL;
  if (name !== "300mb") {
    if (existsSync(name)) return name;
    throw new UsageError(`--model must be demo, 300mb or the path of a GGUF file; ${name} is not there.`);
  }
  const path = join(BENCH_MODELS, "mixtral-300mb.gguf");
  if (!existsSync(path)) {
    writeMixtralFile({ path, shape: MIXTRAL_300MB, type: "Q4_K", tokenizerFrom: DEMO_MODEL });
  }
  return path;
}
