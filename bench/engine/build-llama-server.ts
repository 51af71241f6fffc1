import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../harness/arguments.js";
import { LLAMA_SERVER, LLAMA_SERVER_FOLDER } from "./paths.js";

const AMX_TILE_CONFIG = fileURLToPath(new URL("../../engine/amx-tile-config.h", import.meta.url));

/** The web page needs tools of its own, TLS a library; neither is used. */
const CMAKE_OPTIONS = [
  "-DCMAKE_BUILD_TYPE=Release",
  "-DLLAMA_BUILD_TESTS=OFF",
  "-DLLAMA_BUILD_EXAMPLES=OFF",
  "-DLLAMA_BUILD_UI=OFF",
  "-DLLAMA_USE_PREBUILT_UI=OFF",
  "-DLLAMA_OPENSSL=OFF",
  `-DCMAKE_CXX_FLAGS=-include "${AMX_TILE_CONFIG}"`,
];

/**
 * Builds the llama-server and llama-batched-bench that belong to the llama.cpp inside node-llama-cpp, for this machine's CPU,
 * from the sources that the package brings along. Needs git, CMake and a C++ compiler; takes minutes.
 */
export function buildLlamaServer(jobs = availableParallelism()): void {
  const source = join(LLAMA_SERVER_FOLDER, "source");
  if (!existsSync(source)) {
    mkdirSync(LLAMA_SERVER_FOLDER, { recursive: true });
    run("git", ["clone", "--quiet", "-c", "advice.detachedHead=false", sourceBundle(), source]);
  }
  const build = join(LLAMA_SERVER_FOLDER, "build");
  run("cmake", ["-S", source, "-B", build, ...CMAKE_OPTIONS]);
  run("cmake", ["--build", build, "--target", "llama-server", "llama-batched-bench", "-j", String(jobs)]);
  console.log(`Built ${LLAMA_SERVER}`);
}

function sourceBundle(): string {
  const packageEntry = createRequire(import.meta.url).resolve("node-llama-cpp");
  return join(dirname(packageEntry), "../llama/gitRelease.bundle");
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) throw new UsageError(`${command} cannot be run (${error.message}). Install it and try again.`);
  if (status !== 0) throw new UsageError(`${command} ended with ${status}.`);
}
