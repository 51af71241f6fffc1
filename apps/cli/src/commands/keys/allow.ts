import type { AccessRights } from "@bullpen/contracts";
import { Command, InvalidArgumentError } from "commander";
import { examples } from "../help.js";
import { DATA_OPTION } from "../storage/open-storage.js";
import { type KeysOptions, openKeys } from "./open-keys.js";
import { tenantArgument } from "./tenant-argument.js";

/** Commander makes an empty text of `null`. */
type Names = readonly string[] | "all";

interface AllowOptions extends KeysOptions {
  readonly tenant: string;
  readonly models?: Names;
  readonly tools?: Names;
}

/** `bullpen keys allow` */
export function keysAllowCommand(): Command {
  return new Command("allow")
    .description("set or show which models and tools a tenant may use; to it the others do not exist")
    .requiredOption("--tenant <name>", "the tenant", tenantArgument)
    .option(
      "--models <names>",
      "models, with commas between them, or `all`; `qwen*` for all that begin so",
      names,
    )
    .option("--tools <names>", "tools of Bullpen's and of MCP servers (`github.*`), `none` or `all`", names)
    .option(...DATA_OPTION)
    .addHelpText(
      "after",
      examples(
        ["keys allow --tenant acme --tools 'Calculator,github.*'", "no other tool is offered to acme"],
        ["keys allow --tenant acme --models all", "lifts it"],
        ["keys allow --tenant acme", "shows it"],
      ),
    )
    .action(allow);
}

async function allow({ tenant, models, tools, ...options }: AllowOptions): Promise<void> {
  const { tenantRights, note } = await openKeys(options);
  const wanted = {
    ...(models !== undefined && { models: toStored(models) }),
    ...(tools !== undefined && { tools: toStored(tools) }),
  };
  const isChange = Object.keys(wanted).length > 0;
  const rights = isChange ? await tenantRights.write(tenant, wanted) : await tenantRights.read(tenant);
  if (isChange) await note({ action: "tenant.allow", tenant, ids: [tenant] });
  for (const kind of ["models", "tools"] as const) console.log(`${kind}  ${show(rights[kind])}`);
}

function toStored(value: Names): string[] | null {
  return value === "all" ? null : [...value];
}

function show(value: AccessRights["models"]): string {
  if (!value) return "all";
  return value.join(", ") || "none";
}

function names(text: string): Names {
  if (text === "all") return text;
  if (text === "none") return [];
  const listed = text.split(",").map((name) => name.trim());
  const wrong = listed.find((name) => !/^[^\s*,]{1,200}\*?$|^\*$/.test(name));
  if (wrong === undefined) return listed;
  throw new InvalidArgumentError(
    `${JSON.stringify(wrong)} is no name: write names with commas between them, a star at an end for all that begin so, or all.`,
  );
}
