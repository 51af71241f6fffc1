import type { CommandRow, OptionRow, Values } from "./command-table.js";

/** Completion for fish 3, with descriptions. */
export function fishCompletion(rows: readonly CommandRow[]): string {
  const valued = rows.flatMap(({ path, options }) =>
    options.flatMap(({ names, values }) => (values ? names.map((name) => fishWord(`${path} ${name}`)) : [])),
  );
  const paths = rows.filter(({ path }) => path !== "").map(({ path }) => fishWord(path));
  return `# Completion of bullpen for fish, written by \`bullpen completion fish\`.

# Whether the words before the cursor lead to the command $argv[1], and to its argument $argv[2], counted from 0.
function __bullpen_at
    set -l at ""
    set -l count 0
    set -l words (commandline -opc)
    set -l i 1
    while test $i -lt (count $words)
        set i (math $i + 1)
        set -l word $words[$i]
        set -l next (string trim -- "$at $word")
        if string match -q -- "-*" $word
            contains -- "$at $word" $__bullpen_valued; and set i (math $i + 1)
        else if contains -- $next $__bullpen_commands
            set at $next
            set count 0
        else
            set count (math $count + 1)
        end
    end
    test "$at" = "$argv[1]"; and begin
        test (count $argv) -eq 1; or test $count -eq $argv[2]
    end
end

set -g __bullpen_commands ${paths.join(" ")}
set -g __bullpen_valued ${valued.join(" ")}

complete -c bullpen -e
complete -c bullpen -f
${rows.flatMap(completions).join("\n")}
`;
}

function completions({ path, commands, options, arguments: args }: CommandRow): string[] {
  const at = (more = "") => `complete -c bullpen -n ${fishWord(`__bullpen_at ${fishWord(path)}${more}`)}`;
  return [
    ...commands.map(
      ({ name, description }) => `${at(" 0")} -a ${fishWord(name)} -d ${fishWord(description)}`,
    ),
    ...options.map((option) => `${at()} ${optionWords(option)}`),
    ...args.flatMap((values, i) => (offers(values) ? [`${at(` ${i}`)} ${valueWords(values)}`] : [])),
  ];
}

function optionWords({ names, description, values }: OptionRow): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  // -x: a value, and no files, which the command's own argument may be.
  const taken = values === undefined ? [] : [values.paths === "files" ? "-r" : "-x", valueWords(values)];
  return [...flags, ...taken, "-d", fishWord(description)].filter((word) => word !== "").join(" ");
}

function offers({ words, paths }: Values): boolean {
  return words.length > 0 || paths !== "none";
}

function valueWords({ words, paths }: Values): string {
  const folders = paths === "folders" ? ["(__fish_complete_directories)"] : [];
  const all = [...words, ...folders];
  return [paths === "files" ? "-F" : "", all.length > 0 ? `-a ${fishWord(all.join(" "))}` : ""]
    .filter((word) => word !== "")
    .join(" ");
}

/** A text as one word of fish. */
function fishWord(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
