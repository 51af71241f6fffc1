import { Command } from "commander";
import { type ConnectionOptions, connect } from "../../connect.js";
import { describeTranscript } from "../../output/describe-transcript.js";
import { formatJson } from "../../output/format-json.js";
import { connectionOptions, examples } from "../help.js";

interface ShowOptions extends ConnectionOptions {
  readonly prompt?: boolean;
  readonly json?: boolean;
}

/** `bullpen query show <id>` */
export function queryShowCommand(): Command {
  return connectionOptions(
    new Command("show")
      .description("what happened to a query: its turns and tool calls with times, tokens and workers")
      .argument("<id>", "a query")
      .option("--prompt", "with the conversation that each turn went on from")
      .option("--json", "print JSON"),
  )
    .addHelpText(
      "after",
      examples(
        ["query show query_…", "prints the turns and tool calls in order"],
        ["query show query_… --prompt", "prints what the model read, too"],
      ),
    )
    .action(show);
}

async function show(id: string, _options: ShowOptions, command: Command): Promise<void> {
  // The options of `bullpen query`, which has some of the same names, may have taken them.
  const { prompt = false, json = false, ...connection } = command.optsWithGlobals<ShowOptions>();
  const { client } = await connect(connection);
  const transcript = await client.queries.transcript(id, { prompt });
  console.log(json ? formatJson(transcript) : describeTranscript(transcript).join("\n"));
}
