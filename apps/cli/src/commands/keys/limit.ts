import type { AccessLimits } from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { examples } from "../help.js";
import { DATA_OPTION } from "../storage/open-storage.js";
import { addLimitOptions, type LimitOptions, limitsOf } from "./limit-options.js";
import { findKey, type KeysOptions, openKeys } from "./open-keys.js";
import { tenantArgument } from "./tenant-argument.js";

interface KeyLimitOptions extends KeysOptions, LimitOptions {
  readonly tenant?: string;
}

/** `bullpen keys limit <id>` */
export function keysLimitCommand(): Command {
  const command = new Command("limit")
    .description("set or show what a key, or all of a tenant, may use")
    .argument("[id]", "a key's id, as `keys list` shows it")
    .option("--tenant <name>", "the tenant, in place of a key", tenantArgument);
  return addLimitOptions(command)
    .option(...DATA_OPTION)
    .addHelpText(
      "after",
      examples(
        ["keys limit 0123456789abcdef --requests-per-minute 60", "one key"],
        ["keys limit --tenant acme --batches 10 --queued-queries none", "all keys of acme together"],
        ["keys limit --tenant acme", "shows them"],
      ),
    )
    .action(limitKey);
}

async function limitKey(id: string | undefined, options: KeyLimitOptions): Promise<void> {
  const { tenant } = options;
  if ((id === undefined) === (tenant === undefined))
    throw new StartupError("Name either a key's id or --tenant <name>.");
  const wanted = limitsOf(options);
  const isChange = Object.keys(wanted).length > 0;
  const { keys, tenantLimits, note } = await openKeys(options);
  if (tenant !== undefined) {
    show(isChange ? await tenantLimits.write(tenant, wanted) : await tenantLimits.read(tenant));
    if (isChange) await note({ action: "tenant.limit", tenant, ids: [tenant] });
    return;
  }
  const record = await findKey(keys, id ?? "");
  show((isChange ? await keys.limit(record, wanted) : record).limits ?? {});
  if (isChange) await note({ action: "key.limit", tenant: record.tenant, ids: [record.id] });
}

function show(limits: AccessLimits): void {
  const entries = Object.entries(limits);
  if (entries.length === 0) console.log("It has no limits of its own; the defaults of the api hold.");
  for (const [name, value] of entries) console.log(`${name.replaceAll("_", "-")}  ${value ?? "none"}`);
}
