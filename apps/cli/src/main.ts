import { printError } from "@bullpen/runtime";
import { Command } from "commander";
import { batchCommand } from "./commands/batch.js";
import { demo } from "./commands/demo.js";
import { query } from "./commands/query.js";
import { status } from "./commands/status.js";
import { submit } from "./commands/submit.js";
import { toolNew } from "./commands/tool-new.js";
import { tune } from "./commands/tune.js";
import { up } from "./commands/up.js";
import { questionArgument } from "./question-argument.js";

const URL_OPTION = [
  "--url <url>",
  "the api to talk to, with user:password@ for a proxy with a login (default: the one that runs on this machine)",
] as const;

const program = new Command("bullpen").description(
  "Answers questions in bulk with open-weight models that use tools.",
);

program
  .command("up")
  .description("start everything on this machine, until Ctrl-C")
  .option("--data <folder>", "where data and logs are kept (default: .bullpen/up)")
  .option("--model <model>", "path of a GGUF file, hf: URI, or `demo`")
  .option("--slots <count>", "queries that generate side by side")
  .option("--search <providers>", "one or more of duckduckgo, searxng, local, with commas between them")
  .option("--documents <path>", "the folder, or the one file, that the local provider searches")
  .option("--tools <folder>", "a folder of modules with tools of your own")
  .option("--mcp <file>", "a JSON file with MCP servers")
  .action(up);

program
  .command("demo")
  .description("start everything and run the example queries")
  .option("--once", "stop when they are answered")
  .option("--json <file>", "write one line of JSON a query")
  .option("--data <folder>", "where data and logs are kept (default: .bullpen/demo)")
  .action(demo);

program
  .command("query")
  .description("ask one question and wait for the answer")
  .argument("<text>", "the question, in quotes")
  .showHelpAfterError("Put the question in quotes; one that looks like an option goes behind --.")
  .option("--model <name>", "the model to ask")
  .option("--json", "print the whole query as JSON")
  .option(...URL_OPTION)
  .action(query);

program
  .command("submit")
  .description("submit a JSONL file, one object with `query` a line")
  .argument("<file>", "the file, or - for standard input")
  .option("--wait", "wait for all answers")
  .option("-o, --output <file>", "where the results go, one a line (default: standard output)")
  .option(...URL_OPTION)
  .action(submit);

program.addCommand(batchCommand(URL_OPTION));

program
  .command("status")
  .description("which queries, workers and batches there are, or how one query stands")
  .argument("[id]", "a query")
  .option("--json", "print JSON")
  .option(...URL_OPTION)
  .action(status);

program
  .command("tool")
  .description("tools of your own")
  .command("new")
  .description("write a module with a tool that works, to be changed into your own")
  .argument("<name>", "what the model calls the tool by")
  .option("--folder <folder>", "where the module goes", "tools")
  .option("--text", "a tool whose input is a text, where it would be an object")
  .action(toolNew);

program
  .command("tune")
  .description("measure what a model runs best with on this machine, and keep it for the next worker")
  .option("--model <model>", "path of a GGUF file, hf: URI, or `demo` (default: MODEL)")
  .option("--seconds <count>", "time to measure in, loading not counted", "60")
  .option("--dry-run", "write nothing")
  .option("--force", "choose even where the figures are in doubt")
  .action(tune);

// Left to Node it would be printed with all its fields, which may hold passwords.
process.on("uncaughtException", (error) => {
  printError(error);
  process.exit(1);
});

try {
  await program.parseAsync(questionArgument(process.argv.slice(2)), { from: "user" });
} catch (error) {
  printError(error);
  process.exitCode = 1;
}
