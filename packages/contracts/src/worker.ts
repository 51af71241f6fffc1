import { z } from "zod";
import { workCountsSchema } from "./history.js";
import { modelNameSchema } from "./model-name.js";

/** One GPU as its driver reports it; `null` where the driver does not tell (a MIG slice's utilisation). */
const gpuSchema = z.object({
  /** Its number in `nvidia-smi`. */
  index: z.int(),
  uuid: z.string(),
  name: z.string(),
  memory_used_bytes: z.number().nullable(),
  memory_total_bytes: z.number().nullable(),
  /** Part of the last second or so in which it was at work, 0 to 1. */
  utilization: z.number().min(0).max(1).nullable(),
});
export type Gpu = z.output<typeof gpuSchema>;

/** What a worker process says about itself every few seconds. Times are Unix milliseconds. */
export const workerSchema = z.object({
  id: z.string(),
  host: z.string(),
  /** Of Bullpen. Workers of earlier versions do not say. */
  version: z.string().optional(),
  pid: z.int(),
  model: modelNameSchema,
  /** `llama.cpp`: in the process itself; `openai`: on a server that speaks the OpenAI protocol. */
  engine: z.enum(["llama.cpp", "openai"]),
  slots: z.int(),
  busy_slots: z.int(),
  context_tokens: z.int(),
  /** Tokens generated a second, over the last half minute. */
  tokens_per_second: z.number(),
  /** The GPUs that it may use; empty on the CPU. */
  gpus: z.array(gpuSchema),
  /** What it has done since its start. Workers of earlier versions do not say. */
  counts: workCountsSchema.optional(),
  started_at: z.number(),
  seen_at: z.number(),
});
export type WorkerView = z.output<typeof workerSchema>;
