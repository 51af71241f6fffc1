import type { CommandRow } from "./command-table.js";
import { valuesFunction } from "./shell-values.js";
import { shellWord } from "./shell-word.js";

/** Completion for zsh 5, with descriptions. */
export function zshCompletion(rows: readonly CommandRow[]): string {
  return `#compdef bullpen
# Completion of bullpen for zsh, written by \`bullpen completion zsh\`.

# What may follow the command $1: sets commands and options.
_bullpen_command() {
  commands=() options=()
  case $1 in
${rows.map(commandCase).join("\n")}
  esac
}

${valuesFunction(rows)}

# Offers values.
_bullpen_offer() {
  local -a offered=(\${(s: :)values[2,-1]})
  (( $#offered )) && compadd -a offered
  case $values in
    f*) _files ;;
    d*) _files -/ ;;
  esac
}

_bullpen() {
  local at= values word i count=0
  local -a commands options
  _bullpen_command ''
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ $word == -* ]]; then
      _bullpen_values "$at" "$word" || continue
      ((++i < CURRENT)) && continue
      _bullpen_offer
      return
    elif (( \${commands[(I)$word:*]} )); then
      at=\${at:+$at }$word count=0
      _bullpen_command "$at"
    else
      ((count++))
    fi
  done
  if [[ $words[CURRENT] == --*=* ]] && _bullpen_values "$at" "\${words[CURRENT]%%=*}"; then
    compset -P '*='
    _bullpen_offer
  elif [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
  else
    ((count == 0)) && (( $#commands )) && _describe command commands
    _bullpen_values "$at" "$count" && _bullpen_offer
  fi
}

# Loaded as a function of fpath it completes at once; sourced, it says for what it is.
if [[ $funcstack[1] == _bullpen ]]; then _bullpen "$@"; else compdef _bullpen bullpen; fi
`;
}

function commandCase({ path, commands, options }: CommandRow): string {
  const described = (name: string, description: string) =>
    shellWord(`${name.replaceAll(":", "\\:")}:${description}`);
  const names = commands.map(({ name, description }) => described(name, description));
  const flags = options.flatMap((option) => option.names.map((name) => described(name, option.description)));
  return `    ${shellWord(path)})\n      commands=(${names.join(" ")})\n      options=(${flags.join(" ")}) ;;`;
}
