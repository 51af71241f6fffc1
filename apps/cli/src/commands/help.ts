import type { Command } from "commander";

/** Adds the options of every command that talks to the api: those of `ConnectionOptions`. */
export function connectionOptions(command: Command): Command {
  return command
    .option(
      "--url <url>",
      "the api to talk to, with user:password@ for a proxy with a login (default: the one that runs on this machine)",
    )
    .option(
      "--key-file <file>",
      "a file with the key that the api wants (default: BULLPEN_API_KEY, else none)",
    );
}

/** The last part of a command's help. @param lines what somebody types, and what it does. */
export function examples(...lines: readonly (readonly [command: string, effect: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, effect]) => `  npx bullpen ${command.padEnd(width)}   ${effect}`);
  return `\nExamples:\n${rows.join("\n")}`;
}

/** What the commands on batches exit with. */
export const EXIT_CODES = `
Exit codes: 0 all lines were answered, or the command did what it was asked; 1 an error, or the batch was
refused, cancelled or expired; 3 the batch completed and some of its lines failed; 130 after Ctrl-C.`;
