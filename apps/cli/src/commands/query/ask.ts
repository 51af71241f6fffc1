import { Command } from "commander";
import { type ConnectionOptions, connect } from "../../connect.js";
import { showQuery } from "../../output/show-query.js";
import { connectionOptions, examples } from "../help.js";

interface AskOptions extends ConnectionOptions {
  readonly model?: string;
  readonly json?: boolean;
}

/** `bullpen query "…"` */
export function askCommand(): Command {
  return connectionOptions(
    new Command("query")
      .description("ask one question and wait for the answer")
      .argument("<text>", "the question, in quotes")
      .showHelpAfterError("Put the question in quotes; one that looks like an option goes after --.")
      .option("--model <name>", "the model to ask")
      .option("--json", "print the whole query as JSON"),
  )
    .addHelpText(
      "after",
      examples(
        ['query "what is 85 times 9443?"', "prints the tool calls and the answer"],
        ['query --json "what is 85 times 9443?"', "prints the whole query"],
      ),
    )
    .action(ask);
}

/** Asks one question and waits for the answer. Exit code 1 without one. */
async function ask(text: string, options: AskOptions): Promise<void> {
  const { client } = await connect(options);
  const [query] = await client.queries.runAll([{ query: text, model: options.model || undefined }]);
  if (query) showQuery(query, options.json ?? false);
}
