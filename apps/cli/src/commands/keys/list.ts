import type { AccessLimits } from "@bullpen/contracts";
import { type AccessKeyRecord, type AccessKeyStore, endOf } from "@bullpen/storage";
import { Command } from "commander";
import { formatJson } from "../../output/format-json.js";
import { flatText } from "../../output/table.js";
import { examples } from "../help.js";
import { DATA_OPTION } from "../storage/open-storage.js";
import { type KeysOptions, openKeys } from "./open-keys.js";

interface ListOptions extends KeysOptions {
  readonly json?: boolean;
}

/** `bullpen keys list` */
export function keysListCommand(): Command {
  return new Command("list")
    .description("all keys that were made, and when each was last used")
    .option("--json", "print JSON")
    .option(...DATA_OPTION)
    .addHelpText("after", examples(["keys list", "ids, tenants, roles, ends"]))
    .action(listKeys);
}

async function listKeys(options: ListOptions): Promise<void> {
  const { keys } = await openKeys(options);
  const records = await keys.list();
  const rows = await Promise.all(records.map((record) => describe(record, keys)));
  if (options.json) console.log(formatJson(rows));
  else if (rows.length === 0)
    console.log("There is no key: the api needs none. `bullpen keys create` makes one.");
  else for (const row of rows) console.log(flatText(line(row)));
}

interface Row {
  readonly id: string;
  readonly state: "active" | "revoked" | "expired";
  readonly tenant: string;
  readonly role: string;
  readonly name: string;
  /** What it may use, besides what its tenant may; null for as much. */
  readonly limits: AccessLimits | null;
  /** Times are ISO 8601, null where there is none. */
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

async function describe(record: AccessKeyRecord, keys: AccessKeyStore): Promise<Row> {
  const { id, tenant, role, name } = record;
  return {
    id,
    state: endOf(record, Date.now()) ?? "active",
    tenant,
    role,
    name,
    limits: record.limits ?? null,
    created_at: new Date(record.created_at).toISOString(),
    expires_at: isoOf(record.expires_at),
    revoked_at: isoOf(record.revoked_at),
    last_used_at: isoOf(await keys.lastUse(id)),
  };
}

function isoOf(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}

function line({ id, state, tenant, role, name, expires_at, revoked_at, last_used_at }: Row): string {
  const end = revoked_at !== null ? `ends ${revoked_at}` : expires_at !== null ? `ends ${expires_at}` : "";
  const used = last_used_at === null ? "never used" : `used ${last_used_at}`;
  const facts = [state, role, tenant, used, end, JSON.stringify(name)].filter(
    (fact) => fact !== "" && fact !== '""',
  );
  return `${id}  ${facts.join("  ")}`;
}
