import { Command } from "commander";
import { redisAclCommand } from "./acl.js";

/** `bullpen redis …` */
export function redisCommand(): Command {
  return new Command("redis").description("what Redis has to know of Bullpen").addCommand(redisAclCommand());
}
