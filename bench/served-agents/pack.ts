import { copyFileSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { copyFromRoot, packagesOf, ROOT, writeArchive } from "../gpu/pack.js";
import { read } from "../gpu/shell.js";

const PACK = join(ROOT, ".bullpen/served-pack");

/** The processes of a stack, and the command line, whose Redis the benchmarks start. */
const APPS = ["api", "batcher", "cli", "tool-worker", "worker"];

/** Libraries that every Linux with a C++ runtime has, in the version that goes with its loader. */
const EVERYWHERE = /^(?:linux-vdso|ld-linux|libc|libm|libstdc\+\+|libgcc_s)\b/;

/**
 * Packs the whole product for a machine without network: Node, redis-server, all processes as compiled here, and their
 * packages without the native parts of llama.cpp. About 35 MB in `.bullpen/served-pack/`.
 */
export function packServedAgents(): void {
  rmSync(PACK, { recursive: true, force: true });
  const staging = join(PACK, "staging");
  mkdirSync(staging, { recursive: true });
  copyFileSync(process.execPath, join(staging, "node"));
  read("strip", [join(staging, "node")]);
  const workspaces = [
    ...APPS.map((name) => `apps/${name}`),
    ...readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}`),
  ];
  const own = workspaces.flatMap((path) => [
    ...["package.json", "dist"].map((part) => `${path}/${part}`),
    `node_modules/@bullpen/${basename(path)}`,
  ]);
  const further = [
    ...["package.json", "bench/dist", "bench/served-agents", "models/catalogue.json"],
    "packages/python-sandbox/python",
  ];
  for (const path of [...further, ...own, ...packagesOf(workspaces)])
    copyFromRoot(path, join(staging, "app", path));
  copyRedis(join(staging, "bin"));
  const archive = join(PACK, "pack.tar.xz");
  writeArchive(staging, archive);
  copyFileSync(join(ROOT, "bench/served-agents/run.sh"), join(PACK, "run.sh"));
  console.log(`Packed ${(statSync(archive).size / 2 ** 20).toFixed(1)} MiB into ${PACK}`);
}

/** Redis with the libraries that it is linked to. */
function copyRedis(folder: string): void {
  mkdirSync(join(folder, "lib"), { recursive: true });
  const binary = realpathSync(read("which", ["redis-server"]).trim());
  copyFileSync(binary, join(folder, "lib/redis-server"));
  for (const [, name = "", path = ""] of read("ldd", [binary]).matchAll(/(\S+) => (\/\S+)/g))
    if (!EVERYWHERE.test(name)) copyFileSync(realpathSync(path), join(folder, "lib", name));
  const start = `#!/bin/sh\nlib="$(dirname "$0")/lib"\nLD_LIBRARY_PATH="$lib" exec "$lib/redis-server" "$@"\n`;
  writeFileSync(join(folder, "redis-server"), start, { mode: 0o755 });
}
