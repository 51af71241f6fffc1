import { Command } from "commander";
import { type ConnectionOptions, connect } from "../../connect.js";
import { showQuery } from "../../output/show-query.js";
import { connectionOptions, examples } from "../help.js";
import { checkVotes } from "../line-defaults.js";
import { wholeNumber } from "../option-values.js";
import { queryShowCommand } from "./show.js";

interface AskOptions extends ConnectionOptions {
  readonly model?: string;
  readonly json?: boolean;
  readonly votes?: number;
}

/** `bullpen query "…"`, and `bullpen query show <id>` */
export function askCommand(): Command {
  return connectionOptions(
    new Command("query")
      .description("ask one question and wait for the answer")
      .argument("<text>", "the question, in quotes")
      .showHelpAfterError("Put the question in quotes; one that looks like an option goes after --.")
      .option("--model <name>", "the model to ask")
      .option("--votes <count>", "ask so many times, and answer with what most runs answer", wholeNumber)
      .option("--json", "print the whole query as JSON"),
  )
    .addCommand(queryShowCommand())
    .addHelpText(
      "after",
      examples(
        ['query "what is 85 times 9443?"', "prints the tool calls and the answer"],
        ['query --votes 5 "what is 85 times 9443?"', "answers by the vote of up to five runs"],
        ['query --json "what is 85 times 9443?"', "prints the whole query"],
        ["query show query_…", "prints what happened to a query, turn by turn"],
      ),
    )
    .action(ask);
}

/** Asks one question and waits for the answer. Exit code 1 without one. */
async function ask(text: string, options: AskOptions): Promise<void> {
  checkVotes(options.votes);
  const { client } = await connect(options);
  const [query] = await client.queries.runAll([
    { query: text, model: options.model || undefined, votes: options.votes },
  ]);
  if (query) showQuery(query, options.json ?? false);
}
