import { stat } from "node:fs/promises";
import { formatBytes } from "@bullpen/base";
import { findModel } from "@bullpen/llm/models";
import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { readEnv } from "../../env.js";
import { followInterrupts } from "../../interrupts.js";
import { readMachineMemory } from "../../models/machine-memory.js";
import { findLocal, type PullOptions, PullStopped, pullWithProgress } from "../../models/pull.js";
import { examples } from "../help.js";

interface CommandOptions {
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `bullpen models pull <model>` */
export function modelsPullCommand(): Command {
  return new Command("pull")
    .description("download a model; a download that was cut goes on where it was")
    .argument("<model>", "a name of the catalogue, hf:user/repository:Q4_K_M, or the URL of a GGUF file")
    .option("--force", "download it even where this machine's memory cannot hold it")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `${examples(
        ["models pull qwen3-4b-instruct", "a model that fits a laptop"],
        ["models pull hf:Qwen/Qwen3-4B-GGUF:Q4_K_M", "any model of the hub, in 4 bits"],
      )}\n\nSet HF_TOKEN for models that need an account, and HF_ENDPOINT for a mirror of the hub.`,
    )
    .action(pull);
}

async function pull(name: string, options: CommandOptions): Promise<void> {
  const env = readEnv();
  const model = await findModel(name);
  if (model.kind === "file")
    throw new StartupError(
      `${name} is a file on this machine (${model.path}): there is nothing to download.`,
    );
  const there = await findLocal(model, env);
  if (!there) {
    const memory = options.force ? undefined : await readMachineMemory(env);
    await download({ name, model, env, memory });
  }
  const local = there ?? (await findLocal(model, env));
  if (!local) throw new Error(`${name} was downloaded and is not there`);
  const sizes = await Promise.all(local.files.map(async (file) => (await stat(file)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (options.json) {
    console.log(
      JSON.stringify(
        { model: name, path: local.path, files: local.files, bytes, downloaded: !there },
        null,
        2,
      ),
    );
    return;
  }
  console.log(`${name} is ${there ? "here already" : "here"}: ${local.path} (${formatBytes(bytes)})`);
  console.log(`Start it: npx bullpen up --model ${name}`);
}

async function download(options: Omit<PullOptions, "signal">): Promise<void> {
  const { name } = options;
  const { stop } = followInterrupts({ startedByNpm: false });
  try {
    const { verified, files } = await pullWithProgress({ ...options, signal: stop });
    if (verified < files.length)
      console.error(`No checksum of ${name} is published, so none was compared. It was received in full.`);
  } catch (error) {
    if (error instanceof PullStopped) process.exitCode = 130;
    throw error;
  }
}
