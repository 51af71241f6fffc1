import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface NvidiaSmi {
  /** The PATH on which it is found first. */
  readonly path: string;
  remove(): Promise<void>;
}

/** A program that answers like `nvidia-smi` on a machine with `count` GPUs, for machines with none. */
export async function standInNvidiaSmi(count: number): Promise<NvidiaSmi> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-gpus-"));
  const lines = Array.from({ length: count }, (_, i) => {
    const uuid = `GPU-${String(i).repeat(8)}-1111-2222-3333-444444444444`;
    return `${i}, ${uuid}, NVIDIA H200, ${1_000 + i}, 143771, ${10 * i}`;
  });
  const program = join(folder, "nvidia-smi");
  await writeFile(program, `#!/bin/sh\ncat <<'END'\n${lines.join("\n")}\nEND\n`);
  await chmod(program, 0o755);
  return {
    path: `${folder}${delimiter}${process.env.PATH ?? ""}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
