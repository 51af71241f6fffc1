import type { Argument, Command, Option } from "commander";

/** What may come where a command or an option takes a value; no words and no paths for a text that nobody can foresee. */
export interface Values {
  readonly words: readonly string[];
  readonly paths: "files" | "folders" | "none";
}

export interface OptionRow {
  /** `--output`, `-o`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for an option without a value. */
  readonly values: Values | undefined;
}

export interface CommandRow {
  /** The words that lead to it, with spaces between: `batch submit`; nothing for `bullpen` itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionRow[];
  /** What its arguments are, in their order. */
  readonly arguments: readonly Values[];
}

/** All commands of a program with what may follow each, the program first. */
export function readCommands(program: Command, models: readonly string[]): CommandRow[] {
  return rowsOf(program, "", models);
}

function rowsOf(command: Command, path: string, models: readonly string[]): CommandRow[] {
  const help = command.createHelp();
  const row: CommandRow = {
    path,
    commands: help
      .visibleCommands(command)
      .map((sub) => ({ name: sub.name(), description: sub.description() })),
    options: help.visibleOptions(command).map((option) => optionRow(option, models)),
    arguments: command.registeredArguments.map((argument) => valuesOf(argument.name(), argument, models)),
  };
  const below = command.commands.flatMap((sub) =>
    rowsOf(sub, path === "" ? sub.name() : `${path} ${sub.name()}`, models),
  );
  return [row, ...below];
}

function optionRow(option: Option, models: readonly string[]): OptionRow {
  const takesValue = option.required || option.optional;
  return {
    names: [option.long, option.short].filter((name) => name !== undefined && name !== null),
    description: option.description,
    values: takesValue ? valuesOf(placeholderOf(option.flags), option, models) : undefined,
  };
}

/** The word between `<` and `>`, or between `[` and `]`. */
function placeholderOf(flags: string): string {
  return flags.split(/[<[]/)[1]?.split(/[>\]]/)[0] ?? "";
}

function valuesOf(
  placeholder: string,
  { argChoices }: Pick<Option | Argument, "argChoices">,
  models: readonly string[],
): Values {
  if (argChoices) return { words: argChoices, paths: "none" };
  if (placeholder === "model") return { words: models, paths: "files" };
  if (placeholder === "folder") return { words: [], paths: "folders" };
  return { words: [], paths: ["file", "path", "dataset"].includes(placeholder) ? "files" : "none" };
}
