/** The values of all series at a time; the time is a Unix time in seconds. */
export interface ChartPoint {
  readonly at: number;
  readonly values: readonly number[];
}

/** Runs of points between which no interval is missing. */
export function unbrokenRuns(points: readonly ChartPoint[], interval: number): ChartPoint[][] {
  const runs: ChartPoint[][] = [];
  let last: number | undefined;
  for (const point of points) {
    const run = runs.at(-1);
    // An interval and a half: clocks and intervals need not agree to the second.
    if (run && last !== undefined && point.at - last <= interval * 1.5) run.push(point);
    else runs.push([point]);
    last = point.at;
  }
  return runs;
}

/** How points become places on the drawing. */
export interface Scale {
  readonly xOf: (at: number) => number;
  readonly yOf: (value: number) => number;
}

/** The outline of what a series adds to those below it. @param below the sum of those at a point. */
export function areaPath(
  run: readonly ChartPoint[],
  { xOf, yOf }: Scale,
  readValue: (point: ChartPoint) => number,
  below: (point: ChartPoint) => number,
): string {
  const upper = run.map((point) => `${place(xOf(point.at))} ${place(yOf(below(point) + readValue(point)))}`);
  const lower = run.toReversed().map((point) => `${place(xOf(point.at))} ${place(yOf(below(point)))}`);
  return `M${[...upper, ...lower].join("L")}Z`;
}

/** The line of a series; a single point is a short one. */
export function linePath(
  run: readonly ChartPoint[],
  { xOf, yOf }: Scale,
  readValue: (point: ChartPoint) => number,
): string {
  const places = run.map((point) => `${place(xOf(point.at))} ${place(yOf(readValue(point)))}`);
  return places.length === 1 ? `M${places[0]}h1` : `M${places.join("L")}`;
}

/** Times between two at which a chart has a name, of which there are few: whole parts of an hour, or of a day, where somebody is. */
export function timeTicks(from: number, to: number, offsetMinutes: number): number[] {
  const step = STEPS.find((seconds) => (to - from) / seconds <= MAX_TICKS) ?? DAY;
  const shift = offsetMinutes * 60;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - shift) / step) * step + shift; at <= to; at += step) ticks.push(at);
  return ticks;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [15 * MINUTE, HOUR, 6 * HOUR, DAY];
/** Names that fit below a chart. */
const MAX_TICKS = 7;

/** The point that is closest to a time; `undefined`: there is none. */
export function closestPoint(points: readonly ChartPoint[], at: number): ChartPoint | undefined {
  let closest: ChartPoint | undefined;
  for (const point of points) {
    if (!closest || Math.abs(point.at - at) < Math.abs(closest.at - at)) closest = point;
  }
  return closest;
}

function place(value: number): string {
  return value.toFixed(1);
}
