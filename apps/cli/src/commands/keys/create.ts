import { DEFAULT_TENANT, type Role, roleSchema } from "@bullpen/contracts";
import { Command, Option } from "commander";
import { examples } from "../help.js";
import { duration } from "../option-values.js";
import { DATA_OPTION } from "../storage/open-storage.js";
import { addLimitOptions, type LimitOptions, limitsOf } from "./limit-options.js";
import { type KeysOptions, openKeys } from "./open-keys.js";
import { tenantArgument } from "./tenant-argument.js";

interface CreateOptions extends KeysOptions, LimitOptions {
  readonly tenant: string;
  readonly role: Role;
  readonly name: string;
  /** Milliseconds. */
  readonly expires?: number;
}

/** `bullpen keys create` */
export function keysCreateCommand(): Command {
  const command = new Command("create")
    .description("make a key; it is printed once and stored as a hash")
    .option("--name <text>", "what the key is for", "")
    .option("--tenant <name>", "whose queries, batches and files it reaches", tenantArgument, DEFAULT_TENANT)
    .addOption(
      new Option("--role <role>", "what it may do; each role includes those before it")
        .choices(roleSchema.options)
        .default("submit"),
    )
    .option("--expires <time>", "when it ends: 90d, 12h, 30m from now (default: never)", duration);
  return addLimitOptions(command)
    .option(...DATA_OPTION)
    .addHelpText(
      "after",
      examples(
        ["keys create --role admin", "the first key"],
        ["keys create --tenant acme --expires 90d --name 'CI of acme'", "a key for somebody else"],
      ),
    )
    .action(createKey);
}

async function createKey(options: CreateOptions): Promise<void> {
  const { keys, note } = await openKeys(options);
  const limits = limitsOf(options);
  const isFirst = !(await keys.isInUse());
  const { key, record } = await keys.create({
    tenant: options.tenant,
    role: options.role,
    name: options.name,
    ...(Object.keys(limits).length > 0 && { limits }),
    expiresAt: options.expires === undefined ? undefined : Date.now() + options.expires,
  });
  await note({ action: "key.create", tenant: record.tenant, ids: [record.id] });
  console.log(key);
  console.error(`${record.id}: role ${record.role}, tenant ${record.tenant}. The key is not shown again.`);
  if (!isFirst) return;
  console.error(
    "It is the first key: within seconds every request to the api needs one, and the dashboard one of",
  );
  console.error(
    "the role admin. Clients send it as `Authorization: Bearer …`, the command line as BULLPEN_API_KEY.",
  );
}
