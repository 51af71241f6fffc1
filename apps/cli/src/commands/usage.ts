import type { UsageView } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { type ConnectionOptions, connect } from "../connect.js";
import { formatCost, formatCount } from "../output/format.js";
import { formatJson } from "../output/format-json.js";
import { fitTable } from "../output/table.js";
import { connectionOptions, examples } from "./help.js";

interface UsageOptions extends ConnectionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** `bullpen usage` */
export function usageCommand(): Command {
  return connectionOptions(
    new Command("usage")
      .description("queries and tokens by day, key and model")
      .option("--from <date>", "the first day, in UTC (default: 29 days before the last one)")
      .option("--to <date>", "the last day (default: today)")
      .option("--tenant <name>", "another tenant than the key's own, for keys of the role admin")
      .option("--json", "print JSON"),
  )
    .addHelpText("after", examples(["usage --from 2026-11-01", "since the first of November"]))
    .action(showUsage);
}

async function showUsage(options: UsageOptions): Promise<void> {
  for (const [name, date] of Object.entries({ "--from": options.from, "--to": options.to })) {
    if (date !== undefined && !/^\d{4}-\d\d-\d\d$/.test(date))
      throw new StartupError(`${name} must be a date such as 2026-11-28.`);
  }
  const { client } = await connect(options, { maxAttempts: 3 });
  const rows = await client.usage.list({
    ...(options.from !== undefined && { start_date: options.from }),
    ...(options.to !== undefined && { end_date: options.to }),
    ...(options.tenant !== undefined && { tenant: options.tenant }),
  });
  if (options.json) console.log(formatJson(rows));
  else if (rows.length === 0) console.log("Nothing was used in these days.");
  else console.log(tableOf(rows));
}

function tableOf(rows: readonly UsageView[]): string {
  const heading = ["day", "key", "model", "queries", "input tokens", "output tokens"];
  const hasCosts = rows.some(({ cost }) => cost);
  const lines = rows.map(({ date, key_id, model, queries, input_tokens, output_tokens, cost }) => [
    date,
    key_id ?? "-",
    model,
    ...[queries, input_tokens, output_tokens].map(formatCount),
    ...(hasCosts ? [formatCost(cost) ?? ""] : []),
  ]);
  return fitTable([[...heading, ...(hasCosts ? ["cost"] : [])], ...lines]);
}
