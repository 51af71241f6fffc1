import { fileURLToPath } from "node:url";

/** The repository's root, seen from `bench/dist/engine`. */
const ROOT = new URL("../../../", import.meta.url);

function inRoot(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

export const DEMO_MODEL = inRoot("models/demo/bullpen-demo.gguf");

/** Model files that benchmarks write; ignored by git. */
export const BENCH_MODELS = inRoot(".bullpen/bench-models/");

/** Where llama-server is built; ignored by git. */
export const LLAMA_SERVER_FOLDER = inRoot(".bullpen/llama-server/");
export const LLAMA_SERVER = inRoot(".bullpen/llama-server/build/bin/llama-server");
