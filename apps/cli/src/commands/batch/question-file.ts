import { type Command, Option } from "commander";
import { FORMATS } from "../../input/open-input.js";

/** The argument that names a file of questions, and the options that say how it is read. */
export function questionFile(command: Command): Command {
  return command
    .argument("<file>", "the file, or - for standard input")
    .addOption(
      new Option("--format <format>", "what the file holds (default: as its name ends)").choices(FORMATS),
    )
    .option("--column <name>", "the CSV column that holds the questions (default: query or question)");
}
