import type { HistoryView } from "@bullpen/client";
import type { ChartSeries } from "../../ui/time-chart.js";
import type { ChartPoint } from "../../ui/time-chart-shapes.js";

type Point = HistoryView["data"][number];

/** A chart of the overview. */
interface HistoryChart {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  readonly points: readonly ChartPoint[];
  readonly unit: "rate" | "count" | "seconds" | "share";
  readonly top?: number;
}

/** Codes of failures that have a colour of their own; the others are one. */
const MAX_CODES = 5;

/** What the overview draws; what is known of no GPU is left out. */
export function chartsOf(data: readonly Point[]): HistoryChart[] {
  const chart = (
    title: string,
    unit: HistoryChart["unit"],
    series: readonly (ChartSeries & { readonly of: (record: Point) => number })[],
    top?: number,
  ): HistoryChart => ({
    title,
    unit,
    series,
    points: data.map((record) => ({ at: record.at, values: series.map(({ of }) => of(record)) })),
    ...(top !== undefined && { top }),
  });
  return [
    chart("Queries ended a second", "rate", [
      { name: "Completed", of: (record) => perSecond(record, record.completed) },
      { name: "Failed", of: (record) => perSecond(record, sumOf(record.failed)) },
      { name: "Cancelled or expired", of: (record) => perSecond(record, record.cancelled + record.expired) },
    ]),
    chart("Tokens a second", "rate", [
      { name: "Written", of: (record) => perSecond(record, record.completion_tokens) },
      { name: "Read", of: (record) => perSecond(record, record.prompt_tokens - record.cached_tokens) },
      { name: "Read from the cache", of: (record) => perSecond(record, record.cached_tokens) },
    ]),
    chart("Queries in the queue", "count", [{ name: "Queued", of: ({ queued }) => queued }]),
    chart("Age of the queue", "seconds", [
      { name: "The next query has waited", isLine: true, of: ({ head_wait_seconds: seconds }) => seconds },
    ]),
    chart("Slots", "count", [
      { name: "Busy", of: ({ busy_slots: busy }) => busy },
      { name: "Free", of: ({ slots, busy_slots: busy }) => Math.max(slots - busy, 0) },
      { name: "Queries that wait for a tool", isLine: true, of: ({ waiting_for_tool: waiting }) => waiting },
    ]),
    chart("Failures", "count", failureSeries(data)),
    chart("Guard events", "count", [
      { name: "Repeated call", of: ({ guard_events: events }) => events.repeated ?? 0 },
      { name: "Tool closed", of: ({ guard_events: events }) => events.closed ?? 0 },
      { name: "Stopped", of: ({ guard_events: events }) => events.stopped ?? 0 },
    ]),
    ...(data.some(({ gpu_memory_total_bytes: total }) => total !== null)
      ? [chart("GPUs", "share", GPU_SERIES, 1)]
      : []),
  ];
}

const GPU_SERIES = [
  { name: "Utilisation", isLine: true, of: ({ gpu_utilization: utilization }: Point) => utilization ?? 0 },
  {
    name: "Memory in use",
    isLine: true,
    of: ({ gpu_memory_used_bytes: used, gpu_memory_total_bytes: total }: Point) =>
      used === null || !total ? 0 : used / total,
  },
];

/** The most frequent codes, and the others as one. */
function failureSeries(data: readonly Point[]) {
  const totals = new Map<string, number>();
  for (const { failed } of data) {
    for (const [code, count] of Object.entries(failed)) totals.set(code, (totals.get(code) ?? 0) + count);
  }
  const codes = [...totals].sort(([, a], [, b]) => b - a).map(([code]) => code);
  if (codes.length === 0) return [{ name: "none", of: () => 0 }];
  const shown = codes.slice(0, MAX_CODES);
  const others = codes.slice(MAX_CODES);
  return [
    ...shown.map((code) => ({ name: code, of: ({ failed }: Point) => failed[code] ?? 0 })),
    ...(others.length > 0
      ? [
          {
            name: "others",
            of: ({ failed }: Point) => others.reduce((sum, code) => sum + (failed[code] ?? 0), 0),
          },
        ]
      : []),
  ];
}

function perSecond({ seconds }: Point, count: number): number {
  return seconds > 0 ? count / seconds : 0;
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
