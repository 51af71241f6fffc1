import { Command } from "commander";
import { examples } from "../help.js";
import { DATA_OPTION } from "../storage/open-storage.js";
import { findKey, type KeysOptions, openKeys } from "./open-keys.js";

/** `bullpen keys revoke <id>` */
export function keysRevokeCommand(): Command {
  return new Command("revoke")
    .description("end a key; every process refuses it within seconds")
    .argument("<id>", "a key's id, as `keys list` shows it")
    .option(...DATA_OPTION)
    .addHelpText("after", examples(["keys revoke 0123456789abcdef", "what it has submitted goes on"]))
    .action(revokeKey);
}

async function revokeKey(id: string, options: KeysOptions): Promise<void> {
  const { keys, note } = await openKeys(options);
  const record = await findKey(keys, id);
  await keys.revoke(record);
  await note({ action: "key.revoke", tenant: record.tenant, ids: [id] });
  console.log(`${id} is revoked.`);
}
