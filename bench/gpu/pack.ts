import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { LLAMA_SERVER_FOLDER } from "../engine/paths.js";
import { UsageError } from "../harness/arguments.js";
import { run } from "./shell.js";

/** The repository's root, seen from `bench/dist/gpu`. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PACK = join(ROOT, ".bullpen/gpu-pack");

/** What a CUDA build of llama.cpp and its server needs no part of. */
const UNUSED_SOURCES = [
  ...["docs", "models", "tests", "media", "examples", "benches", "gguf-py", "conversion", "pocs", "skills"],
  ...["tools/ui/src", "tools/ui/static", "tools/ui/tests", ".git", ".github"],
  ...["cann", "opencl", "vulkan", "sycl", "hexagon", "metal", "et", "webgpu", "openvino", "virtgpu"].map(
    (backend) => `ggml/src/ggml-${backend}`,
  ),
];

/** CPU backends for the x86-64 servers that hold GPUs. */
const CPU_BACKENDS = ["x64", "haswell", "skylakex", "icelake", "sapphirerapids", "zen4"];

const CUDA_PACKAGE = "node_modules/@node-llama-cpp/linux-x64-cuda";

/**
 * Packs what the GPU benchmark needs on a machine without network: Node, Bullpen as compiled here, its
 * packages without the 159 MB of CUDA kernels (built there for one GPU), and llama.cpp's sources.
 * About 40 MB in `.bullpen/gpu-pack/`. Needs `npm run bench -- build-llama-server` for the sources.
 */
export function packForGpu(): void {
  const sources = join(LLAMA_SERVER_FOLDER, "source");
  if (!existsSync(sources))
    throw new UsageError("`npm run bench -- build-llama-server` brings the sources: run it first.");
  rmSync(PACK, { recursive: true, force: true });
  const staging = join(PACK, "staging");
  mkdirSync(staging, { recursive: true });
  copyFileSync(process.execPath, join(staging, "node"));
  run("strip", [join(staging, "node")]);
  for (const path of [...appPaths(), ...cudaPackageFiles()]) copyFromRoot(path, join(staging, "app", path));
  const excludes = UNUSED_SOURCES.map((path) => `--exclude=./${path}`);
  mkdirSync(join(staging, "llama.cpp"));
  run("tar", ["-cf", join(staging, "sources.tar"), "-C", sources, ...excludes, "."]);
  run("tar", ["-xf", join(staging, "sources.tar"), "-C", join(staging, "llama.cpp")]);
  rmSync(join(staging, "sources.tar"));
  const archive = join(PACK, "pack.tar.xz");
  writeArchive(staging, archive);
  copyFileSync(join(ROOT, "bench/gpu/run.sh"), join(PACK, "run.sh"));
  console.log(`Packed ${(statSync(archive).size / 2 ** 20).toFixed(1)} MiB into ${PACK}`);
}

/** Paths from the root: compiled code, and the packages that it needs on the GPU machine. */
function appPaths(): string[] {
  const names = ["base", "contracts", "agent", "llm"];
  const workspaces = names.flatMap((name) => [
    `packages/${name}/package.json`,
    `packages/${name}/dist`,
    `node_modules/@bullpen/${name}`,
  ]);
  return [
    "package.json",
    "bench/dist",
    "bench/gpu/read-bandwidth.cu",
    ...workspaces,
    ...packagesOf(names.map((name) => `packages/${name}`)),
  ];
}

/** The paths of the packages that workspaces depend on, and all that those need. */
export function packagesOf(workspaces: readonly string[]): Set<string> {
  return new Set(
    workspaces
      .flatMap(dependenciesOf)
      .filter((name) => !name.startsWith("@bullpen/"))
      .flatMap((name) => [...withDependencies(name)]),
  );
}

/** Packs a folder, which is then removed. */
export function writeArchive(folder: string, archive: string): void {
  run("tar", ["--use-compress-program=xz -6 -T2", "-cf", archive, "-C", folder, "."]);
  rmSync(folder, { recursive: true });
}

const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** A package and all that it depends on, as npm laid them out: beside it or inside it. */
function withDependencies(name: string, found = new Set<string>()): Set<string> {
  const path = `node_modules/${name}`;
  if (found.has(path) || !existsSync(join(ROOT, path))) return found;
  found.add(path);
  for (const dependency of dependenciesOf(path)) withDependencies(dependency, found);
  return found;
}

function dependenciesOf(path: string): string[] {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(ROOT, path, "package.json"), "utf8")));
  return Object.keys(manifest.dependencies);
}

function cudaPackageFiles(): string[] {
  const bins = `${CUDA_PACKAGE}/bins/linux-x64-cuda`;
  const libraries = [
    "libggml-base.so",
    "libggml.cuda.v0.5.0.so",
    "libllama-common.so",
    "libllama.cuda.v0.5.0.so",
  ];
  return [
    `${CUDA_PACKAGE}/package.json`,
    `${CUDA_PACKAGE}/dist`,
    ...["_nlcBuildMetadata.json", "llama-addon.node", ...libraries].map((file) => `${bins}/${file}`),
    ...CPU_BACKENDS.map((backend) => `${bins}/libggml-cpu-${backend}.so`),
  ];
}

/** Copies what programs need of a path: no maps, types or bundled sources. */
export function copyFromRoot(path: string, target: string): void {
  cpSync(join(ROOT, path), target, {
    recursive: true,
    // The links of workspaces stay links: they lead to the packages beside them.
    verbatimSymlinks: true,
    filter: (source) => !/\.(map|d\.ts|tsbuildinfo|bundle)$/.test(source),
  });
}
