import { spawn } from "node:child_process";
import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { inheritedEnv, readEnv } from "../../env.js";
import { workerFiles } from "../../models/models-folder.js";
import { tuneEntry, WORKING_FOLDER } from "../../paths.js";
import { examples } from "../help.js";

interface TuneOptions {
  readonly model?: string;
  readonly seconds: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

const FEWEST_SECONDS = 5;

/** `bullpen tune` */
export function tuneCommand(): Command {
  return new Command("tune")
    .description("measure what a model runs best with on this machine, and keep it for the next worker")
    .option(
      "--model <model>",
      "a name (`bullpen models list`), path of a GGUF file, hf: URI, or `demo` (default: MODEL)",
    )
    .option("--seconds <count>", "time to measure in, loading not counted", "60")
    .option("--dry-run", "write nothing")
    .option("--force", "choose even where the figures are in doubt")
    .addHelpText("after", examples(["tune --model /models/your.gguf", "measures for about a minute"]))
    .action(tune);
}

/**
 * Measures in a process like the worker's, on the worker's settings. Exit code 1 when the
 * figures are in doubt.
 */
async function tune(options: TuneOptions): Promise<void> {
  const seconds = Number(options.seconds);
  if (!(seconds >= FEWEST_SECONDS))
    throw new StartupError(`--seconds ${options.seconds}: must be a number, at least ${FEWEST_SECONDS}.`);
  const args = ["--seconds", String(seconds)];
  if (options.dryRun) args.push("--dry-run");
  if (options.force) args.push("--force");
  const child = spawn(process.execPath, [tuneEntry(), ...args], {
    cwd: WORKING_FOLDER,
    env: {
      ...inheritedEnv(),
      ...workerFiles(readEnv()),
      ...(options.model !== undefined && { MODEL: options.model }),
    },
    stdio: "inherit",
  });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
