import { readGpu } from "../gpu/nvidia.js";
import { countOf, countsOf, readArguments, UsageError } from "../harness/arguments.js";
import { stopRedisWithProcess } from "../harness/fresh-redis.js";
import { runKilledServer } from "./killed-server.js";
import { findModelServer } from "./model-server.js";
import { runServedAgentsBenchmark } from "./served-agents-benchmark.js";

/** Settings of the worker and of vLLM that go to the worker which starts it. */
const PASSED_ON =
  /^(?:MODEL|VLLM_|PATH$|HOME$|LD_|CUDA|NCCL|PYTHON|HF_|TORCH|NVSHMEM|GLOO|TOKENIZERS|TRANSFORMERS|GPUS_PER_WORKER|OMP_)/;

export async function runServedAgents(args: readonly string[]): Promise<boolean> {
  const { values } = readArguments({
    args: [...args],
    options: {
      url: { type: "string" },
      python: { type: "string", default: "python3" },
      "in-flight": { type: "string", default: "64,256" },
      "queries-per-slot": { type: "string", default: "16" },
      rounds: { type: "string", default: "3" },
      "killed-server": { type: "boolean", default: false },
    },
  });
  stopRedisWithProcess();
  const inFlight = countsOf("in-flight", values["in-flight"]);
  const queriesPerSlot = countOf("queries-per-slot", values["queries-per-slot"]);
  const gpu = findGpu();
  const machine = gpu ? { gpu_device: gpu } : {};
  if (values["killed-server"]) {
    const slots = Math.max(...inFlight);
    // biome-ignore lint/style/noProcessEnv: the worker's settings are those of whoever runs this.
    const env = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
    return runKilledServer({
      env: Object.fromEntries(env.map(([name, value]) => [name, value ?? ""])),
      ...{ slots, queries: slots * queriesPerSlot, machine },
    });
  }
  if (values.url === undefined) throw new UsageError("--url is missing: such as http://127.0.0.1:8000/v1");
  return runServedAgentsBenchmark({
    server: await findModelServer(values.url),
    python: values.python,
    rounds: countOf("rounds", values.rounds),
    gpu: gpu !== undefined,
    ...{ inFlight, queriesPerSlot, machine },
  });
}

function findGpu(): object | undefined {
  try {
    return readGpu();
  } catch {
    return undefined;
  }
}
