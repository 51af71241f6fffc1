import type { Architecture } from "../../models/catalogue.js";
import { bufferBytes, kvBytes, kvBytesPerToken } from "../../models/memory.js";
import { DEVICE_PROFILES, type Device } from "./device-profiles.js";
import { batchSizeOf } from "./plan-engine.js";
import { planSlots } from "./plan-slots.js";

export interface PlanMemoryOptions {
  readonly architecture: Architecture;
  readonly weightBytes: number;
  readonly on: Device;
  /** Bytes of the GPUs of one worker, or of the machine, before the model is loaded. */
  readonly memoryBytes: number;
  /** Tokens that one slot should hold. */
  readonly contextTokens: number;
  /** CPU cores that are available. */
  readonly cores: number;
}

/** How a model would lie in memory. All sizes are in bytes. */
export interface MemoryPlan {
  readonly weightBytes: number;
  readonly kvBytesPerToken: number;
  /** What the weights leave. */
  readonly freeBytes: number;
  /** `undefined` where not even the smallest context fits. */
  readonly context:
    | {
        readonly slots: number;
        readonly contextTokens: number;
        readonly kvBytes: number;
        readonly bufferBytes: number;
        /** The most slots that the engine makes on such a device. */
        readonly maxSlots: number;
      }
    | undefined;
}

/** The plan of a worker for a model that is not loaded: the worker's own rule, on sizes computed instead of measured. */
export async function planMemory(options: PlanMemoryOptions): Promise<MemoryPlan> {
  const { architecture, weightBytes, on, memoryBytes, cores } = options;
  const freeBytes = Math.max(0, memoryBytes - weightBytes);
  const maxSlots = DEVICE_PROFILES[on].maxSlots(Math.max(1, Math.floor(cores)));
  const sizeOf = (slots: number, tokens: number) => ({
    slots,
    contextTokens: tokens,
    batchSize: batchSizeOf(on, slots),
  });
  const plan = await planSlots({
    contextTokens: Math.min(options.contextTokens, architecture.context_tokens),
    maxSlots,
    freeBytes,
    estimateBytes: async (slots, tokens) =>
      kvBytes(architecture, sizeOf(slots, tokens)) + bufferBytes(architecture, sizeOf(slots, tokens)),
  });
  const size = plan && sizeOf(plan.slots, plan.contextTokens);
  return {
    weightBytes,
    kvBytesPerToken: kvBytesPerToken(architecture),
    freeBytes,
    context: size && {
      slots: size.slots,
      contextTokens: size.contextTokens,
      kvBytes: kvBytes(architecture, size),
      bufferBytes: bufferBytes(architecture, size),
      maxSlots,
    },
  };
}
