import { ConsoleHarness } from "../browser/console-harness.js";
import { type NvidiaSmi, standInNvidiaSmi } from "../testing/nvidia-smi.js";

/** A console whose worker tells of itself and of two GPUs. */
export async function startSeededConsole(): Promise<{ console: ConsoleHarness; gpus: NvidiaSmi }> {
  const gpus = await standInNvidiaSmi(2);
  process.env.PATH = gpus.path;
  return { console: await ConsoleHarness.start({ withHeartbeat: true }), gpus };
}
