import { z } from "zod";
import { CONTEXT_TOKENS } from "../engine/engine-benchmark.js";
import { read } from "./shell.js";

/** What llama.cpp itself reaches at a number of sequences: the limit of every engine on it. */
export interface CeilingRow {
  readonly slots: number;
  readonly prompt_tokens_per_s: number;
  /** All sequences in one batch, nothing sampled. */
  readonly generated_tokens_per_s: number;
}

export interface BatchedBenchOptions {
  readonly binary: string;
  readonly modelPath: string;
  readonly slots: readonly number[];
  readonly threads: number;
  readonly gpu: boolean;
}

/** As long as the prompts of run-round.ts, and as many new tokens. */
const PROMPT_TOKENS = 350;
const NEW_TOKENS = 64;

/** What Bullpen's engine takes on a GPU (device-profiles.ts), so that only the engine differs. */
const BATCH_TOKENS = 2_048;

const rowSchema = z.object({ pl: z.number(), speed_pp: z.number(), speed_tg: z.number() });

/** Runs llama-batched-bench, llama.cpp's own measure of its decoding, at each number of sequences. */
export function runBatchedBench(options: BatchedBenchOptions): CeilingRow[] {
  const { binary, modelPath, slots, threads, gpu } = options;
  const output = read(binary, [
    ...["--model", modelPath, "--output-format", "jsonl"],
    ...["--ctx-size", String(Math.max(...slots) * CONTEXT_TOKENS)],
    ...["--batch-size", String(BATCH_TOKENS), "--ubatch-size", String(BATCH_TOKENS)],
    ...["-npp", String(PROMPT_TOKENS), "-ntg", String(NEW_TOKENS), "-npl", slots.join()],
    ...(gpu
      ? ["--n-gpu-layers", "999", "--flash-attn", "on", "--threads", "1"]
      : ["--n-gpu-layers", "0", "--device", "none", "--threads", String(threads)]),
  ]);
  const rows = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => rowSchema.parse(JSON.parse(line)))
    .map(({ pl, speed_pp, speed_tg }) => ({
      slots: pl,
      prompt_tokens_per_s: speed_pp,
      generated_tokens_per_s: speed_tg,
    }));
  if (rows.length !== slots.length)
    throw new Error(`llama-batched-bench measured ${rows.length} of ${slots.length} numbers of sequences.`);
  return rows;
}
