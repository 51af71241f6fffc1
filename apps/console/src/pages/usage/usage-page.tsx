import { visibleText } from "@bullpen/base";
import type { UsageView } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { navigate, type Place, withSearch } from "../../routing/router.js";
import { useMay, useTenant } from "../../shell/session-context.js";
import { BarChart } from "../../ui/bar-chart.js";
import { Figures } from "../../ui/figures.js";
import { formatCount, formatShort } from "../../ui/format.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { type Column, Table } from "../../ui/table.js";
import { lastDays, sumUsage, type UsageSum } from "./sum-usage.js";

const PERIODS = [7, 30, 90] as const;
const DEFAULT_PERIOD = 30;

/** The api stores usage every ten seconds. */
const POLL_MS = 10_000;

/** What a tenant has used: by day, by model, by key. */
export function UsagePage({ place }: { readonly place: Place }) {
  const own = useTenant();
  const isAdmin = useMay("admin");
  const tenant = place.search.get("tenant") ?? own;
  const period = PERIODS.find((days) => String(days) === place.search.get("days")) ?? DEFAULT_PERIOD;
  const days = lastDays(period, Date.now());
  const usage = useResource(
    `usage ${tenant} ${days[0]}`,
    (signal) => client.usage.list({ tenant, start_date: days[0] ?? "", end_date: days.at(-1) ?? "", signal }),
    { pollMs: () => POLL_MS },
  );
  const show = (values: Readonly<Record<string, string | undefined>>) =>
    navigate(
      withSearch("/usage", { tenant: tenant === own ? undefined : tenant, days: String(period), ...values }),
      {
        replace: true,
      },
    );
  return (
    <Page
      title="Usage"
      actions={
        <>
          {isAdmin && <TenantField tenant={tenant} onChange={(name) => show({ tenant: name })} />}
          <select
            aria-label="Days"
            value={String(period)}
            onChange={(event) => show({ days: event.currentTarget.value })}
          >
            {PERIODS.map((count) => (
              <option key={count} value={String(count)}>
                {count} days
              </option>
            ))}
          </select>
        </>
      }
    >
      <Loaded resource={usage}>
        {(rows) =>
          rows.length > 0 ? (
            <Tables rows={rows} days={days} />
          ) : (
            <Empty title="Nothing was used.">
              {visibleText(tenant)} had no query in the last {period} days.
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

interface TenantFieldProps {
  readonly tenant: string;
  readonly onChange: (tenant: string) => void;
}

function TenantField({ tenant, onChange }: TenantFieldProps) {
  return (
    <input
      type="search"
      data-search
      aria-label="Tenant"
      placeholder="Tenant"
      value={tenant}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
    />
  );
}

function Tables({ rows, days }: { readonly rows: readonly UsageView[]; readonly days: readonly string[] }) {
  const byDay = sumUsage(rows, ({ date }) => date, days);
  const used = byDay.filter(({ queries, inputTokens }) => queries + inputTokens > 0);
  return (
    <>
      <Totals sums={byDay} />
      <Section title="Tokens a day" note="days of UTC">
        <div class="card">
          <BarChart
            label="Tokens a day"
            series={[
              { name: "Read", tone: "first" },
              { name: "Written", tone: "second" },
            ]}
            bars={byDay.map(({ name, inputTokens, outputTokens }) => ({
              name: name.slice(5),
              values: [inputTokens, outputTokens],
            }))}
          />
        </div>
      </Section>
      <Sums title="By model" name="Model" sums={sumUsage(rows, ({ model }) => model)} />
      <Sums title="By key" name="Key" sums={sumUsage(rows, ({ key_id }) => key_id ?? "without a key")} />
      <Sums title="By day" name="Day" sums={used.toReversed()} />
    </>
  );
}

function Totals({ sums }: { readonly sums: readonly UsageSum[] }) {
  const total = (value: (sum: UsageSum) => number) => sums.reduce((all, sum) => all + value(sum), 0);
  return (
    <Figures
      items={[
        { label: "Queries", value: formatCount(total(({ queries }) => queries)) },
        { label: "Tokens read", value: formatShort(total(({ inputTokens }) => inputTokens)) },
        { label: "Tokens written", value: formatShort(total(({ outputTokens }) => outputTokens)) },
      ]}
    />
  );
}

interface SumsProps {
  readonly title: string;
  readonly name: string;
  readonly sums: readonly UsageSum[];
}

function Sums({ title, name, sums }: SumsProps) {
  const columns: readonly Column<UsageSum>[] = [
    { name, kind: "wide", cell: (sum) => <bdi>{visibleText(sum.name)}</bdi> },
    { name: "Queries", kind: "number", cell: ({ queries }) => formatCount(queries), optional: true },
    { name: "Tokens read", kind: "number", cell: ({ inputTokens }) => formatCount(inputTokens) },
    { name: "Written", kind: "number", cell: ({ outputTokens }) => formatCount(outputTokens) },
  ];
  return (
    <Section title={title}>
      <Table label={title} columns={columns} rows={sums} keyOf={(sum) => sum.name} />
    </Section>
  );
}
