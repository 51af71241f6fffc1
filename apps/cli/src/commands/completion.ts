import { DEMO_MODEL } from "@bullpen/contracts";
import { readCatalogue } from "@bullpen/llm/models";
import { Argument, Command } from "commander";
import { bashCompletion } from "../completion/bash.js";
import { type CommandRow, readCommands } from "../completion/command-table.js";
import { fishCompletion } from "../completion/fish.js";
import { zshCompletion } from "../completion/zsh.js";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof SHELLS;

/** `bullpen completion <shell>` */
export function completionCommand(): Command {
  return new Command("completion")
    .description("print what makes a shell complete commands, options, files and models")
    .addArgument(new Argument("<shell>", "your shell").choices(Object.keys(SHELLS)))
    .addHelpText(
      "after",
      `
It completes \`bullpen\`, as \`npm install --global bullpen\` brings it, not \`npx bullpen\`:
  bash   eval "$(bullpen completion bash)"                                in ~/.bashrc
  zsh    eval "$(bullpen completion zsh)"                                 in ~/.zshrc, after compinit
  fish   bullpen completion fish > ~/.config/fish/completions/bullpen.fish`,
    )
    .action((shell: Shell, _options: object, command: Command) => {
      console.log(SHELLS[shell](tableOf(command.parent ?? command)));
    });
}

/** The table of a program's commands, with the models that a model can be. */
function tableOf(program: Command): CommandRow[] {
  const models = readCatalogue().map((entry) => entry.short_name ?? entry.name);
  return readCommands(program, [DEMO_MODEL, ...new Set(models)]);
}
