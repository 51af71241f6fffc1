import type { HistoryPeriod, HistoryView } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { navigate, type Place, withSearch } from "../../routing/router.js";
import { formatDuration, formatRate, formatShare, formatShort } from "../../ui/format.js";
import { Empty, Loaded, Section } from "../../ui/page.js";
import { TimeChart } from "../../ui/time-chart.js";
import { chartsOf } from "./history-charts.js";

const PERIODS: readonly {
  readonly period: HistoryPeriod;
  readonly name: string;
  readonly seconds: number;
}[] = [
  { period: "hour", name: "Last hour", seconds: 3_600 },
  { period: "day", name: "Last day", seconds: 86_400 },
  { period: "week", name: "Last week", seconds: 7 * 86_400 },
];

/** The server takes a sample as often, in milliseconds. */
const POLL_MS = 10_000;

const FORMATS = {
  rate: formatRate,
  count: formatShort,
  seconds: (seconds: number) => formatDuration(seconds * 1_000),
  share: (share: number) => formatShare(share, 1),
};

/** Charts of what the server did in the last hour, day or week. */
export function History({ place }: { readonly place: Place }) {
  const chosen = PERIODS.find(({ period }) => period === place.search.get("period")) ?? PERIODS[0];
  const period = chosen?.period ?? "hour";
  const history = useResource(`history ${period}`, (signal) => client.history.get(period, { signal }), {
    pollMs: () => POLL_MS,
  });
  return (
    <Section
      title="Over time"
      note={
        <select
          aria-label="Period"
          value={period}
          onChange={(event) =>
            navigate(withSearch("/", { period: event.currentTarget.value }), { replace: true })
          }
        >
          {PERIODS.map((one) => (
            <option key={one.period} value={one.period}>
              {one.name}
            </option>
          ))}
        </select>
      }
    >
      <Loaded resource={history}>
        {(known) => <Charts history={known} seconds={chosen?.seconds ?? 0} />}
      </Loaded>
    </Section>
  );
}

function Charts({ history, seconds }: { readonly history: HistoryView; readonly seconds: number }) {
  const { data, interval_seconds: interval } = history;
  if (data.length === 0) {
    return (
      <Empty title="Nothing was recorded yet.">
        An api writes down every few seconds what the server does.
      </Empty>
    );
  }
  const to = Math.max(Math.floor(Date.now() / 1_000), data.at(-1)?.at ?? 0);
  return (
    <div class="charts">
      {chartsOf(data).map(({ title, series, points, unit, top }) => (
        <TimeChart
          key={title}
          title={title}
          series={series}
          points={points}
          interval={interval}
          from={to - seconds}
          to={to}
          format={FORMATS[unit]}
          {...(top !== undefined && { top })}
        />
      ))}
    </div>
  );
}
