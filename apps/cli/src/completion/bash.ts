import type { CommandRow } from "./command-table.js";
import { valuesFunction } from "./shell-values.js";
import { shellWord } from "./shell-word.js";

/** Completion for bash 3.2 and newer. */
export function bashCompletion(rows: readonly CommandRow[]): string {
  return `# Completion of bullpen for bash, written by \`bullpen completion bash\`.

# What may follow the command $1: sets commands and options.
_bullpen_command() {
  commands= options=
  case $1 in
${rows.map(commandCase).join("\n")}
  esac
}

${valuesFunction(rows)}

_bullpen() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at= count=0 commands options values i word
  COMPREPLY=()
  _bullpen_command ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -* ]]; then
      _bullpen_values "$at" "$word" || continue
      # "--option=value" comes as three words.
      [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
      ((i++))
      ((i < COMP_CWORD)) && continue
      [[ $cur == = ]] && cur=
      _bullpen_reply
      return
    elif [[ " $commands " == *" $word "* ]]; then
      at=\${at:+$at }$word count=0
      _bullpen_command "$at"
    else
      ((count++))
    fi
  done
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  _bullpen_values "$at" "$count" || values=-
  ((count == 0)) && values="$values $commands"
  _bullpen_reply
}

# Sets COMPREPLY to those of values that begin with cur.
_bullpen_reply() {
  local path
  COMPREPLY=($(compgen -W "\${values#?}" -- "$cur"))
  [[ $values == -* ]] && return
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen -"\${values%% *}" -- "$cur")
}

complete -F _bullpen bullpen
`;
}

function commandCase({ path, commands, options }: CommandRow): string {
  const names = commands.map(({ name }) => name).join(" ");
  const flags = options.flatMap((option) => option.names).join(" ");
  return `    ${shellWord(path)}) commands=${shellWord(names)} options=${shellWord(flags)} ;;`;
}
