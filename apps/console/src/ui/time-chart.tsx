import type { TargetedPointerEvent } from "preact";
import { useState } from "preact/hooks";
import { ticksOf } from "./bar-chart.js";
import {
  areaPath,
  type ChartPoint,
  closestPoint,
  linePath,
  type Scale,
  timeTicks,
  unbrokenRuns,
} from "./time-chart-shapes.js";

/** The tones of series, in their order. */
const TONES = ["first", "second", "third", "fourth", "fifth", "sixth"] as const;

export interface ChartSeries {
  readonly name: string;
  /** Whether it is a line of its own; otherwise it is an area on those before it. */
  readonly isLine?: boolean;
}

interface TimeChartProps {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  /** The oldest first; a value of each series. */
  readonly points: readonly ChartPoint[];
  /** Between two points, in seconds. */
  readonly interval: number;
  /** What the chart reaches from and to, in Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
  /** The top of the chart. Default: what the highest value needs. */
  readonly top?: number;
}

/** Units of the drawing, which is stretched to the width of its place. */
const WIDTH = 480;
const HEIGHT = 150;
/** Room for the numbers to the left, and for the times below. */
const LEFT = 46;
const BOTTOM = 22;
const TOP = 8;

/** What changes over time: areas on each other, and lines. The legend tells the values under the pointer, or the latest. */
export function TimeChart(props: TimeChartProps) {
  const { title, series, points, from, to, format } = props;
  const [pointed, setPointed] = useState<ChartPoint>();
  const point = (event: TargetedPointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * WIDTH;
    setPointed(closestPoint(points, from + ((x - LEFT) / (WIDTH - LEFT)) * (to - from)));
  };
  const told = pointed ?? points.at(-1);
  return (
    <figure class="chart card">
      <figcaption>
        <strong>{title}</strong>
        <span class="muted">{pointed && nameOfTime(pointed.at, to - from, true)}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={describe(props)}
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
      >
        <Drawing {...props} pointed={pointed} />
      </svg>
      <div class="legend">
        {series.map(({ name }, i) => (
          <span key={name} class={TONES[i % TONES.length]}>
            {name} <strong>{told && format(told.values[i] ?? 0)}</strong>
          </span>
        ))}
      </div>
    </figure>
  );
}

function Drawing(props: TimeChartProps & { readonly pointed: ChartPoint | undefined }) {
  const { series, points, interval, from, to, format, pointed } = props;
  const ticks = ticksFor(props);
  const highest = ticks.at(-1) ?? 1;
  const scale: Scale = {
    xOf: (at) => LEFT + ((Math.max(at, from) - from) / (to - from)) * (WIDTH - LEFT),
    yOf: (value) => HEIGHT - BOTTOM - (value / highest) * (HEIGHT - BOTTOM - TOP),
  };
  const runs = unbrokenRuns(points, interval);
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={LEFT} x2={WIDTH} y1={scale.yOf(tick)} y2={scale.yOf(tick)} />
          <text class="tick" x={LEFT - 6} y={scale.yOf(tick) + 4} text-anchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {timeTicks(from, to, new Date(to * 1_000).getTimezoneOffset()).map((at) => (
        <text key={at} class="tick" x={scale.xOf(at)} y={HEIGHT - 5} text-anchor="middle">
          {nameOfTime(at, to - from, false)}
        </text>
      ))}
      {series.map(({ name, isLine }, i) => (
        <g key={name} class={`${TONES[i % TONES.length]} ${isLine ? "line-of" : "area-of"}`}>
          {runs.map((run) => (
            <path key={run[0]?.at} d={pathOf(run, scale, series, i)} />
          ))}
        </g>
      ))}
      {pointed && (
        <line
          class="pointed"
          x1={scale.xOf(pointed.at)}
          x2={scale.xOf(pointed.at)}
          y1={TOP}
          y2={HEIGHT - BOTTOM}
        />
      )}
    </>
  );
}

function pathOf(run: ChartPoint[], scale: Scale, series: readonly ChartSeries[], i: number): string {
  const readValue = ({ values }: ChartPoint) => values[i] ?? 0;
  if (series[i]?.isLine || run.length === 1) {
    return linePath(run, scale, series[i]?.isLine ? readValue : (point) => stackOf(point, series, i + 1));
  }
  return areaPath(run, scale, readValue, (point) => stackOf(point, series, i));
}

/** The sum of the areas before a series. */
function stackOf({ values }: ChartPoint, series: readonly ChartSeries[], end: number): number {
  return values.slice(0, end).reduce((sum, value, i) => (series[i]?.isLine ? sum : sum + value), 0);
}

function highestOf({ series, points }: TimeChartProps): number {
  const lines = points.flatMap(({ values }) => values.filter((_, i) => series[i]?.isLine));
  return Math.max(0, ...lines, ...points.map((point) => stackOf(point, series, series.length)));
}

function ticksFor(props: TimeChartProps): number[] {
  const { top } = props;
  if (top !== undefined) return [0, top / 2, top];
  const highest = highestOf(props);
  // Rates may stay below one.
  return highest > 0 && highest < 1 ? ticksOf(highest * 1_000).map((tick) => tick / 1_000) : ticksOf(highest);
}

function describe(props: TimeChartProps): string {
  const { title, series, points, format } = props;
  const last = points.at(-1);
  if (!last) return `${title}: nothing is known of this time`;
  const values = series.map(({ name }, i) => `${name} ${format(last.values[i] ?? 0)}`);
  return `${title}: now ${values.join(", ")}; up to ${format(highestOf(props))}`;
}

const DAY = 86_400;

function nameOfTime(at: number, span: number, isExact: boolean): string {
  const date = new Date(at * 1_000);
  const time = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
  if (span <= DAY) return date.toLocaleTimeString([], time);
  const day = { weekday: "short", day: "numeric" } as const;
  return isExact ? date.toLocaleString([], { ...day, ...time }) : date.toLocaleDateString([], day);
}
