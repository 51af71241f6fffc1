import { StartupError } from "@bullpen/runtime";
import { endOf } from "@bullpen/storage";
import { Command } from "commander";
import { examples } from "../help.js";
import { duration } from "../option-values.js";
import { DATA_OPTION } from "../storage/open-storage.js";
import { findKey, type KeysOptions, openKeys } from "./open-keys.js";

interface RotateOptions extends KeysOptions {
  /** Milliseconds. */
  readonly grace: number;
}

const HOUR_MS = 3_600_000;

/** `bullpen keys rotate <id>` */
export function keysRotateCommand(): Command {
  return new Command("rotate")
    .description("make a key that replaces another, which ends a while later")
    .argument("<id>", "a key's id, as `keys list` shows it")
    .option(
      "--grace <time>",
      "how long the old one still works: 1h, 30m, 0m (default: 1h)",
      duration,
      HOUR_MS,
    )
    .option(...DATA_OPTION)
    .addHelpText("after", examples(["keys rotate 0123456789abcdef", "both work for an hour"]))
    .action(rotateKey);
}

async function rotateKey(id: string, options: RotateOptions): Promise<void> {
  const { keys, note } = await openKeys(options);
  const old = await findKey(keys, id);
  const end = endOf(old, Date.now());
  if (end !== undefined)
    throw new StartupError(`${id} is ${end}. Make another with \`bullpen keys create\`.`);
  const endsAt = Date.now() + options.grace;
  const { key, record } = await keys.rotate(old, endsAt);
  await note({ action: "key.rotate", tenant: record.tenant, ids: [id, record.id] });
  console.log(key);
  console.error(`${record.id} replaces ${id}, which works until ${new Date(endsAt).toISOString()}.`);
}
