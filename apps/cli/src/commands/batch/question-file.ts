import { INPUT_FORMATS } from "@bullpen/contracts";
import { type Command, Option } from "commander";

/** The argument that names a file of questions, and the options that say how it is read. */
export function questionFile(command: Command): Command {
  return command
    .argument("<file>", "the file, or - for standard input")
    .addOption(
      new Option("--format <format>", "what the file holds (default: as its name ends)").choices(
        INPUT_FORMATS,
      ),
    )
    .option("--column <name>", "the column of a table that holds the questions (default: query or question)");
}
