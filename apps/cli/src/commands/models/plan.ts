import { formatBytes } from "@bullpen/base";
import type { MemoryPlan } from "@bullpen/llm";
import type { Architecture } from "@bullpen/llm/models";
import { StartupError } from "@bullpen/runtime";
import { Command, InvalidArgumentError } from "commander";
import { type Env, readEnv } from "../../env.js";
import { readMachineMemory } from "../../models/machine-memory.js";
import { readModelFacts } from "../../models/model-facts.js";
import { formatCount } from "../../output/format.js";
import { formatJson } from "../../output/format-json.js";
import { examples } from "../help.js";
import { wholeNumber } from "../option-values.js";

interface PlanOptions {
  readonly gpus?: readonly number[];
  readonly gpusPerWorker?: number;
  readonly context?: number;
  readonly json?: boolean;
}

/** `bullpen models plan <model>` */
export function modelsPlanCommand(): Command {
  return new Command("plan")
    .description("how many queries side by side a model can answer here, or on other GPUs, and why")
    .argument("<model>", "a name of the catalogue, `demo`, the path of a GGUF file, or a URI that was pulled")
    .option(
      "--gpus <count x GB>",
      "GPUs that are not here, such as 2x80 (default: those of this machine)",
      gpuList,
    )
    .option(
      "--gpus-per-worker <count>",
      "GPUs that one worker takes (default: GPUS_PER_WORKER, or 2)",
      wholeNumber,
    )
    .option("--context <tokens>", "tokens of a slot (default: CONTEXT_TOKENS, or 4096)", wholeNumber)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        ["models plan mixtral-8x7b-instruct --gpus 2x80", "on two GPUs of 80 GB"],
        ["models plan qwen3-4b-instruct --context 8192", "on this machine, with long contexts"],
      ),
    )
    .action(showPlan);
}

/** `2x80`: the bytes of each GPU. */
function gpuList(text: string): number[] {
  const [, count, gigabytes] = /^(\d{1,3})\s*x\s*(\d{1,4}(?:\.\d+)?)$/i.exec(text.trim()) ?? [];
  if (count === undefined || Number(count) === 0 || Number(gigabytes) === 0)
    throw new InvalidArgumentError("It must be a number of GPUs and the GB of each, such as 2x80.");
  return Array.from({ length: Number(count) }, () => Number(gigabytes) * 1e9);
}

/** A worker's context where nothing is set. */
const USUAL_CONTEXT = 4_096;

/** Where a model would run: the GPUs of one worker, or the CPU. */
interface Place {
  readonly on: "gpu" | "cpu";
  readonly workers: number;
  readonly gpusPerWorker: number;
  readonly memoryBytes: number;
  readonly text: string;
}

async function showPlan(name: string, options: PlanOptions): Promise<void> {
  const env = readEnv();
  const { architecture, weightBytes } = await readModelFacts(name, env);
  const place = await findPlace(options, env);
  const { planMemory, countAvailableCores } = await import("@bullpen/llm");
  const contextTokens = options.context ?? env.CONTEXT_TOKENS ?? USUAL_CONTEXT;
  const { on, memoryBytes } = place;
  const plan = await planMemory({
    architecture,
    weightBytes,
    on,
    memoryBytes,
    contextTokens,
    cores: countAvailableCores(),
  });
  if (options.json) console.log(formatJson(asJson(name, place, plan)));
  else
    console.log(
      [`${name} on ${place.text}`, ...describe(plan, place, architecture, contextTokens)].join("\n"),
    );
  if (!plan.context) {
    process.exitCode = 1;
    if (!options.json)
      console.error("It does not fit. Choose a smaller model or more memory: npx bullpen models list");
  }
}

async function findPlace({ gpus: named, gpusPerWorker: chosen }: PlanOptions, env: Env): Promise<Place> {
  const machine = await readMachineMemory(env);
  const gpus = named ?? machine.gpus;
  const wanted = chosen ?? env.GPUS_PER_WORKER;
  if (gpus.length === 0) {
    if (chosen !== undefined)
      throw new StartupError("--gpus-per-worker: there is no GPU here. Name some with --gpus.");
    const text = `the CPU, with ${formatBytes(machine.ram)} of memory`;
    return { on: "cpu", workers: 1, gpusPerWorker: 0, memoryBytes: machine.ram, text };
  }
  const gpusPerWorker = Math.min(wanted, gpus.length);
  const workers = Math.floor(gpus.length / gpusPerWorker);
  const smallest = Math.min(...gpus);
  const each = `${gpus.length} ${gpus.length === 1 ? "GPU" : "GPUs"} of ${formatBytes(smallest)}`;
  const text = workers === 1 ? each : `${each}: ${workers} workers of ${gpusPerWorker}, each as follows`;
  return { on: "gpu", workers, gpusPerWorker, memoryBytes: smallest * gpusPerWorker, text };
}

function describe(
  { weightBytes, freeBytes, kvBytesPerToken, context }: MemoryPlan,
  { memoryBytes }: Place,
  { layers, kv_heads, head_size, context_tokens }: Architecture,
  wanted: number,
): string[] {
  const rows: [string, string][] = [
    ["memory", formatBytes(memoryBytes)],
    ["weights", formatBytes(weightBytes)],
    ["free", freeBytes > 0 ? `${formatBytes(freeBytes)}, of which a tenth is left alone` : "nothing"],
    [
      "a token",
      `${formatBytes(kvBytesPerToken)}: key and value x ${layers} layers x ${kv_heads} heads x ${head_size} numbers x 2 bytes`,
    ],
  ];
  if (context) {
    const { slots, contextTokens, kvBytes, bufferBytes, maxSlots } = context;
    const reason = slots === maxSlots ? ", the most that the engine makes here" : ", as many as fit";
    rows.push(
      [
        "a slot",
        `${formatBytes(kvBytesPerToken * contextTokens)} for ${formatCount(contextTokens)} tokens${contextReason(contextTokens, wanted, context_tokens)}`,
      ],
      ["slots", `${slots}${reason}`],
      ["context", `${formatBytes(kvBytes)} of slots and about ${formatBytes(bufferBytes)} of buffers`],
      ["left", formatBytes(Math.max(0, freeBytes - kvBytes - bufferBytes))],
    );
  }
  return rows.map(([label, value]) => `  ${label.padEnd(8)}${value}`);
}

function contextReason(tokens: number, wanted: number, trained: number): string {
  if (tokens === wanted) return "";
  return trained < wanted
    ? ", the most that the model was trained for"
    : `, since ${formatCount(wanted)} do not fit`;
}

function asJson(name: string, { on, workers, gpusPerWorker, memoryBytes }: Place, plan: MemoryPlan): object {
  const { weightBytes, freeBytes, kvBytesPerToken, context } = plan;
  return {
    model: name,
    on,
    workers,
    gpus_per_worker: gpusPerWorker,
    memory_bytes: memoryBytes,
    weight_bytes: weightBytes,
    free_bytes: freeBytes,
    kv_bytes_per_token: kvBytesPerToken,
    context: context
      ? {
          slots: context.slots,
          context_tokens: context.contextTokens,
          kv_bytes: context.kvBytes,
          buffer_bytes: context.bufferBytes,
          max_slots: context.maxSlots,
        }
      : null,
  };
}
