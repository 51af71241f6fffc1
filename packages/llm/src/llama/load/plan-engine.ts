import { InsufficientMemoryError, type Llama, type LlamaModel } from "node-llama-cpp";
import { countAvailableCores } from "./available-cores.js";
import { DEVICE_PROFILES, type Device } from "./device-profiles.js";
import { planSlots } from "./plan-slots.js";

/** What a context is made with. */
export interface EnginePlan {
  readonly slots: number;
  /** Tokens of one slot. */
  readonly contextTokens: number;
  /** Bytes that the context is expected to take. */
  readonly contextBytes: number;
  /** Bytes that are free besides the model. */
  readonly freeBytes: number;
  readonly on: Device;
}

export interface PlanEngineOptions {
  /** `auto`: as many as fit into the free memory. */
  readonly slots: number | "auto";
  readonly contextTokensPerSlot: number;
}

/** Plans the context of a loaded model. @throws {InsufficientMemoryError} if not even the smallest one fits. */
export async function planEngine(
  llama: Llama,
  model: LlamaModel,
  { slots, contextTokensPerSlot: contextTokens }: PlanEngineOptions,
): Promise<EnginePlan> {
  const on = deviceOf(llama);
  const freeBytes = on === "gpu" ? (await llama.getVramState()).free : process.availableMemory();
  const estimateBytes = async (sequences: number, contextSize: number) => {
    const { cpuRam, gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2({
      sequences,
      contextSize,
      modelGpuLayers: model.gpuLayers,
      batchSize: batchSizeOf(on, sequences),
      flashAttention: usesFlashAttention(on, model),
    });
    return on === "gpu" ? gpuVram : cpuRam;
  };
  if (slots !== "auto")
    return { slots, contextTokens, freeBytes, contextBytes: await estimateBytes(slots, contextTokens), on };
  const maxSlots = DEVICE_PROFILES[on].maxSlots(Math.floor(countAvailableCores()));
  const plan = await planSlots({ contextTokens, maxSlots, freeBytes, estimateBytes });
  if (!plan) throw new InsufficientMemoryError("not even one slot of the shortest context fits");
  return { slots: plan.slots, contextTokens: plan.contextTokens, contextBytes: plan.bytes, freeBytes, on };
}

function deviceOf(llama: Llama): Device {
  return llama.gpu === false ? "cpu" : "gpu";
}

/** Most tokens of a batch. Each slot has room for one at least. */
export function batchSizeOf(on: Device, slots: number): number {
  return Math.max(slots, DEVICE_PROFILES[on].batchSize);
}

export function usesFlashAttention(on: Device, { fileInfo }: LlamaModel): boolean {
  const { embedding_length = 0, attention } = fileInfo.architectureMetadata;
  const heads = attention?.head_count;
  const headSize = attention?.key_length ?? (typeof heads === "number" ? embedding_length / heads : 0);
  return headSize >= DEVICE_PROFILES[on].minFlashHeadSize;
}
