import { type AvailableCoresOptions, countAvailableCores } from "./available-cores.js";

/** Samplers beyond these wait for each other's memory more than for a thread. */
const MAX_THREADS = 16;

/**
 * Threads of libuv's pool for a process with a model of so many slots: node-llama-cpp's samplers run there.
 * On few cores one is best, because more would fight with llama.cpp's own threads; and more than slots would
 * take turns, each to be woken for its turn. Takes effect as the environment variable `UV_THREADPOOL_SIZE` at
 * a process' start, not later.
 */
export function samplerThreads(slots: number | "auto", options?: AvailableCoresOptions): number {
  const most = slots === "auto" ? MAX_THREADS : Math.min(MAX_THREADS, slots);
  const cores = Math.floor(countAvailableCores(options));
  return Math.max(1, Math.min(most, Math.floor(cores / 2)));
}
