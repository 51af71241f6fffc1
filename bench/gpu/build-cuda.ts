import { copyFileSync, existsSync, realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { readGpu } from "./nvidia.js";
import { read, run } from "./shell.js";

const CMAKE_OPTIONS = [
  ...[
    "-G",
    "Ninja",
    "-DCMAKE_BUILD_TYPE=Release",
    "-DGGML_CUDA=ON",
    "-DGGML_BACKEND_DL=ON",
    "-DGGML_NATIVE=OFF",
  ],
  // The names that node-llama-cpp's own build gives: its files are taken the place of.
  ...["-DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON", "-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON"],
  ...["-DGGML_CUDA_NCCL=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF"],
  ...["-DLLAMA_BUILD_UI=OFF", "-DLLAMA_USE_PREBUILT_UI=OFF", "-DLLAMA_OPENSSL=OFF"],
];

const TARGETS = ["llama-server", "llama-batched-bench", "ggml-cuda"];

export interface CudaBuild {
  readonly llamaServer: string;
  readonly batchedBench: string;
  readonly bandwidth: string;
}

export function cudaBuild(work: string): CudaBuild {
  return {
    llamaServer: join(work, "build/bin/llama-server"),
    batchedBench: join(work, "build/bin/llama-batched-bench"),
    bandwidth: join(work, "build/read-bandwidth"),
  };
}

/** Builds llama-server, llama-batched-bench and the CUDA backend for this machine's GPU, and gives the backend to node-llama-cpp too. */
export function buildForGpu(work: string, app: string): void {
  const build = join(work, "build");
  const { computeCapability } = readGpu();
  const architecture = `-DCMAKE_CUDA_ARCHITECTURES=${computeCapability.replace(".", "")}`;
  run("cmake", ["-S", join(work, "llama.cpp"), "-B", build, ...CMAKE_OPTIONS, architecture]);
  const jobs = String(availableParallelism());
  run("cmake", ["--build", build, "--target", ...TARGETS, "-j", jobs]);
  const backend = join(build, "bin/libggml-cuda.so");
  if (!existsSync(backend)) throw new Error(`The build left no ${backend}.`);
  const place = join(app, "node_modules/@node-llama-cpp/linux-x64-cuda/bins/linux-x64-cuda/libggml-cuda.so");
  copyFileSync(realpathSync(backend), place);
  run("nvcc", [
    "-O3",
    "-arch=native",
    "-o",
    cudaBuild(work).bandwidth,
    join(app, "bench/gpu/read-bandwidth.cu"),
  ]);
  console.log(`Memory: ${(readBandwidth(work) / 1e12).toFixed(2)} TB/s`);
}

/** Bytes a second that the GPU reads from its memory. */
export function readBandwidth(work: string): number {
  return Number(read(cudaBuild(work).bandwidth, []));
}
