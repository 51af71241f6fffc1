import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** `bench/results`, seen from `bench/dist/harness`. */
const RESULTS = fileURLToPath(new URL("../../results/", import.meta.url));

/** What figures depend on besides the code. Deliberately no host name and no path: results are shared. */
export function describeHost() {
  const cores = cpus();
  return {
    node: process.versions.node,
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
  };
}

/** Writes a benchmark's results, over those of the last run. */
export async function writeResults(benchmark: string, results: object): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${benchmark}.json`);
  await writeFile(file, `${JSON.stringify({ benchmark, ...results }, null, 2)}\n`);
  console.log(`Written to ${relative(process.cwd(), file)}`);
}
