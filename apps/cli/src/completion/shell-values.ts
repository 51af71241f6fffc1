import type { CommandRow, Values } from "./command-table.js";
import { shellWord } from "./shell-word.js";

/** What bash and zsh call to know what an option or an argument takes. */
export function valuesFunction(rows: readonly CommandRow[]): string {
  return `# What the option $2 of the command $1 takes, or its argument $2, counted from 0: sets values to f (files), d (folders) or
# - (neither), and the words there are. Fails where there is no such option with a value, or argument.
_bullpen_values() {
  case "$1 $2" in
${rows.flatMap(valueCases).join("\n")}
    *) return 1 ;;
  esac
}`;
}

function valueCases({ path, options, arguments: args }: CommandRow): string[] {
  const assign = (values: Values) => `values=${shellWord(encode(values))} ;;`;
  return [
    ...options.flatMap(({ names, values }) =>
      values === undefined
        ? []
        : [`    ${names.map((name) => shellWord(`${path} ${name}`)).join(" | ")}) ${assign(values)}`],
    ),
    ...args.map((values, i) => `    ${shellWord(`${path} ${i}`)}) ${assign(values)}`),
  ];
}

const PATH_LETTERS = { files: "f", folders: "d", none: "-" };

function encode({ words, paths }: Values): string {
  return [PATH_LETTERS[paths], ...words].join(" ");
}
