import { auditActionSchema, auditOutcomeSchema } from "@bullpen/contracts";
import type { AuditEventView } from "@bullpen/protocol";
import { Command, InvalidArgumentError, Option } from "commander";
import { type ConnectionOptions, connect } from "../connect.js";
import { formatCount } from "../output/format.js";
import { fitTable } from "../output/table.js";
import { connectionOptions, examples } from "./help.js";
import { duration, wholeNumber } from "./option-values.js";

interface AuditOptions extends ConnectionOptions {
  readonly since?: string;
  readonly until?: string;
  readonly key?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly object?: string;
  readonly tenant?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const DEFAULT_LIMIT = 100;

/** What a page of the API may hold at most. */
const MAX_PAGE = 1_000;

/** `bullpen audit` */
export function auditCommand(): Command {
  return connectionOptions(
    new Command("audit")
      .description("who created, cancelled, deleted and downloaded what, and changed keys; newest first")
      .option("--since <time>", "how far back: a date, a time, or 90d, 12h, 30m before now", time)
      .option("--until <time>", "up to when, in the same form (default: now)", time)
      .option("--key <id>", "only what was done with this key")
      .addOption(
        new Option("--action <name>", "only events of this action").choices(auditActionSchema.options),
      )
      .addOption(
        new Option("--outcome <name>", "only requests that ended so").choices(auditOutcomeSchema.options),
      )
      .option("--object <id>", "only what was done to this query, batch, file, endpoint or key")
      .option("--tenant <name>", "another tenant than the key's own, or '*' for all")
      .option("--limit <n>", "the most events to print", wholeNumber, DEFAULT_LIMIT)
      .option("--json", "print an object of JSON a line"),
  )
    .addHelpText(
      "after",
      examples(
        ["audit --since 24h --tenant '*'", "what everybody did since yesterday"],
        ["audit --object file-mju3k2a10001f3c9d1e07ab2c", "who uploaded, read and deleted it"],
        ["audit --outcome refused --json", "what was refused, for other programs"],
      ),
    )
    .action(showAudit);
}

async function showAudit({ key, object, limit, json, ...options }: AuditOptions): Promise<void> {
  const { since, until, action, outcome, tenant } = options;
  const { client } = await connect(options, { maxAttempts: 3 });
  const wanted = { since, until, key_id: key, action, outcome, object_id: object, tenant };
  const events: AuditEventView[] = [];
  for await (const event of client.audit.listAll({ ...wanted, limit: Math.min(limit, MAX_PAGE) })) {
    if (json) console.log(JSON.stringify(event));
    events.push(event);
    if (events.length === limit) break;
  }
  if (json) return;
  console.log(events.length === 0 ? "There is no such event." : tableOf(events));
}

function tableOf(events: readonly AuditEventView[]): string {
  const heading = ["time", "action", "outcome", "tenant", "who", "address", "object"];
  const rows = events.map((event) => [
    new Date(event.created_at).toISOString(),
    event.action,
    describeOutcome(event),
    event.tenant ?? "-",
    whoOf(event),
    event.forwarded_for === null ? (event.address ?? "-") : `${event.address} for ${event.forwarded_for}`,
    describeObjects(event.object_ids),
  ]);
  return fitTable([heading, ...rows]);
}

function describeOutcome({ outcome, error_code, count }: AuditEventView): string {
  const times = count === 1 ? "" : ` ${formatCount(count)} times`;
  return `${outcome}${error_code === null ? "" : ` (${error_code})`}${times}`;
}

function whoOf({ key_id, key_name, actor }: AuditEventView): string {
  if (key_id === null) return actor ?? "-";
  return key_name ? `${key_id} ${JSON.stringify(key_name)}` : key_id;
}

function describeObjects([first, ...others]: readonly string[]): string {
  return others.length === 0 ? (first ?? "-") : `${first} and ${formatCount(others.length)} more`;
}

/** A date or a time as the API reads it; `12h` is as long before now. */
function time(text: string): string {
  if (/^\d+[smhd]$/.test(text)) return new Date(Date.now() - duration(text)).toISOString();
  const parsed = Date.parse(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(parsed)) return new Date(parsed).toISOString();
  throw new InvalidArgumentError("It must be a date, a time such as 2026-11-28T09:30:00Z, or 90d, 12h, 30m.");
}
