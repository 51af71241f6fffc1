import { Command } from "commander";
import { keysAllowCommand } from "./allow.js";
import { keysCreateCommand } from "./create.js";
import { keysLimitCommand } from "./limit.js";
import { keysListCommand } from "./list.js";
import { keysRevokeCommand } from "./revoke.js";
import { keysRotateCommand } from "./rotate.js";

/** `bullpen keys …` */
export function keysCommand(): Command {
  return new Command("keys")
    .description("who may use the api: from the first key on, every request needs one")
    .addCommand(keysCreateCommand())
    .addCommand(keysListCommand())
    .addCommand(keysLimitCommand())
    .addCommand(keysAllowCommand())
    .addCommand(keysRotateCommand())
    .addCommand(keysRevokeCommand());
}
