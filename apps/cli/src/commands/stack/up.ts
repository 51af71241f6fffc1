import { Command } from "commander";
import { isStartedByNpm, readEnv } from "../../env.js";
import { followInterrupts } from "../../interrupts.js";
import { aborted, type LocalStackOptions, printUrls, startLocalStack } from "../../stack/local-stack.js";
import { examples } from "../help.js";

/** `bullpen up` */
export function upCommand(): Command {
  return new Command("up")
    .description("start everything on this machine, until Ctrl-C")
    .option("--data <folder>", "where data and logs are kept (default: .bullpen/up)")
    .option("--model <model>", "a name (`bullpen models list`), path of a GGUF file, hf: URI, or `demo`")
    .option("--slots <count>", "queries that generate side by side")
    .option("--search <providers>", "one or more of duckduckgo, searxng, local, with commas between them")
    .option("--documents <path>", "the folder, or the one file, that the local provider searches")
    .option("--tools <folder>", "a folder of modules with tools of your own")
    .option("--mcp <file>", "a JSON file with MCP servers")
    .addHelpText(
      "after",
      examples(
        ["up", "the demo model, until Ctrl-C"],
        ["up --model qwen3-4b-instruct", "a model of the catalogue, downloaded at its first use"],
        ["up --model /models/your.gguf --documents notes", "your model, and a search of your notes"],
      ),
    )
    .action(up);
}

/** Everything on this machine, in the foreground until Ctrl-C. */
async function up(options: LocalStackOptions): Promise<void> {
  const interrupts = followInterrupts({ startedByNpm: isStartedByNpm(readEnv()) });
  const stack = await startLocalStack("up", options, interrupts);
  printUrls(stack);
  console.log("Ctrl-C stops everything.");
  await aborted(interrupts.stop);
  console.log("\nstopping; Ctrl-C again ends everything at once");
  await stack.stop();
}
