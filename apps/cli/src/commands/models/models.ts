import { Command } from "commander";
import { modelsInfoCommand } from "./info.js";
import { modelsListCommand } from "./list.js";
import { modelsPlanCommand } from "./plan.js";
import { modelsPullCommand } from "./pull.js";
import { modelsRemoveCommand } from "./rm.js";

/** `bullpen models …` */
export function modelsCommand(): Command {
  return new Command("models")
    .description("models by name: what there is, what is on this machine, what fits it")
    .addCommand(modelsListCommand())
    .addCommand(modelsInfoCommand())
    .addCommand(modelsPlanCommand())
    .addCommand(modelsPullCommand())
    .addCommand(modelsRemoveCommand());
}
