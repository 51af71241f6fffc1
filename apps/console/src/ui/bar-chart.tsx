import { formatShort } from "./format.js";

interface Series {
  readonly name: string;
  readonly tone: "first" | "second" | "third";
}

interface BarChartProps {
  /** What the chart shows, for those who cannot see it. */
  readonly label: string;
  /** What each bar is made of, from the bottom up. */
  readonly series: readonly Series[];
  /** A bar each, from the left: a value of each series. */
  readonly bars: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Units of the drawing, which is stretched to the width of its place. */
const WIDTH = 720;
const HEIGHT = 200;
/** Room for the numbers to the left, and for the names below. */
const LEFT = 56;
const BOTTOM = 26;
const TOP = 16;
/** Names that fit below the bars. */
const MAX_NAMES = 7;
/** No bar is wider, however few there are. */
const MAX_BAR = 40;

/** Bars of stacked values. All that it shows is also in a table beside it: it has one text for those who cannot see it. */
export function BarChart({ label, series, bars }: BarChartProps) {
  const highest = Math.max(0, ...bars.map(({ values }) => sumOf(values)));
  const ticks = ticksOf(highest);
  const top = ticks.at(-1) ?? 1;
  const yOf = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP);
  const step = (WIDTH - LEFT) / Math.max(bars.length, 1);
  const nameEvery = Math.ceil(bars.length / MAX_NAMES);
  return (
    <figure class="chart">
      <figcaption class="legend">
        {series.map(({ name, tone }) => (
          <span key={name} class={tone}>
            {name}
          </span>
        ))}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${label}: up to ${formatShort(highest)}`}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={LEFT} x2={WIDTH} y1={yOf(tick)} y2={yOf(tick)} />
            <text class="tick" x={LEFT - 6} y={yOf(tick) + 4} text-anchor="end">
              {formatShort(tick)}
            </text>
          </g>
        ))}
        {bars.map(({ name, values }, i) => {
          const middle = LEFT + step * (i + 0.5);
          const width = Math.min(step * 0.72, MAX_BAR);
          return (
            <g key={name}>
              <title>{titleOf(name, series, values)}</title>
              <rect class="reach" x={middle - step / 2} y="0" width={step} height={HEIGHT - BOTTOM} />
              {values.map((value, s) => {
                const below = sumOf(values.slice(0, s));
                const y = yOf(below + value);
                return (
                  <rect
                    key={series[s]?.name}
                    class={series[s]?.tone}
                    x={middle - width / 2}
                    y={y}
                    width={width}
                    height={Math.max(yOf(below) - y, 0)}
                  />
                );
              })}
              {i % nameEvery === 0 && (
                <text class="tick" x={middle} y={HEIGHT - 6} text-anchor="middle">
                  {name}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

function titleOf(name: string, series: readonly Series[], values: readonly number[]): string {
  return [name, ...values.map((value, i) => `${series[i]?.name}: ${value.toLocaleString("en-US")}`)].join(
    "\n",
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Whole numbers from 0 to the first that is not below the highest value, in steps of 1, 2 or 5 times a power of ten. */
export function ticksOf(highest: number): number[] {
  const rough = Math.max(highest, 1) / 4;
  const power = 10 ** Math.max(Math.floor(Math.log10(rough)), 0);
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.max(Math.ceil(highest / step), 1);
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}
