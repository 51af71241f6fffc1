import { type Html, html } from "@bullpen/base";
import type { Summary, Tally } from "../result/result-schema.js";
import { formatPercent } from "./format-percent.js";

/** Units of the drawing; the page scales it to its width. */
const WIDTH = 640;
const ROW = 26;
const LABELS = 150;
const BAR = 14;
/** Room for the numbers after the bars. */
const NUMBERS = 60;
const LONGEST_LABEL = 22;
/** Columns of the histogram; queries with more turns are in the last. */
const MAX_COLUMNS = 12;

/** Bars of the accuracy of each class with whiskers for its interval. */
export function accuracyChart(classes: readonly (readonly [name: string, tally: Tally])[]): Html {
  const height = classes.length * ROW + 20;
  const span = WIDTH - LABELS - NUMBERS;
  const x = (share: number) => LABELS + share * span;
  const rows = classes.map(([name, { accuracy, interval }], i) => {
    const top = i * ROW + (ROW - BAR) / 2;
    const middle = i * ROW + ROW / 2;
    if (accuracy === null) {
      return html`<text x="0" y="${middle + 4}">${shortened(name)}</text><text x="${LABELS}" y="${middle + 4}">nothing scored</text>`;
    }
    return html`<text x="0" y="${middle + 4}">${shortened(name)}</text>
<rect class="right" x="${LABELS}" y="${top}" width="${accuracy * span}" height="${BAR}"/>
<path class="whisker" d="M${x(interval.low)} ${middle}H${x(interval.high)}M${x(interval.low)} ${middle - 4}v8M${x(interval.high)} ${middle - 4}v8"/>
<text x="${WIDTH}" y="${middle + 4}" text-anchor="end">${formatPercent(accuracy)}</text>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      html`<path class="axis" d="M${x(share)} 0V${height - 18}"/><text x="${x(share)}" y="${height - 4}" text-anchor="middle">${share * 100} %</text>`,
  );
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Accuracy of each class with its 95 % interval; the table below has the numbers">${ticks}${rows}</svg>`;
}

/** One bar with the shares of the four outcomes. */
export function outcomeChart({ total, right, wrong, failed, unjudged }: Summary): Html {
  const parts = [
    ["right", right],
    ["wrong", wrong],
    ["failed", failed],
    ["unjudged", unjudged],
  ] as const;
  let at = 0;
  const bars = parts.map(([name, count]) => {
    const width = total === 0 ? 0 : (count / total) * WIDTH;
    const bar = html`<rect class="${name}" x="${at}" y="0" width="${width}" height="18"/>`;
    at += width;
    return bar;
  });
  const legend = parts.map(
    ([name, count], i) =>
      html`<rect class="${name}" x="${i * 150}" y="27" width="10" height="10"/><text x="${i * 150 + 15}" y="36">${count} ${name}</text>`,
  );
  const label = parts.map(([name, count]) => `${count} ${name}`).join(", ");
  return html`<svg viewBox="0 0 ${WIDTH} 42" role="img" aria-label="Outcomes: ${label}">${bars}${legend}</svg>`;
}

/** How many cases took how many turns. */
export function turnsChart(turns: readonly number[]): Html {
  const most = Math.min(Math.max(1, ...turns), MAX_COLUMNS);
  const counts = Array.from(
    { length: most + 1 },
    (_, i) => turns.filter((each) => Math.min(each, MAX_COLUMNS) === i).length,
  );
  const largest = Math.max(1, ...counts);
  const step = WIDTH / counts.length;
  const columns = counts.map((count, i) => {
    const height = (count / largest) * 90;
    const name = i === MAX_COLUMNS ? `${i}+` : String(i);
    return html`<rect class="right" x="${i * step + step * 0.15}" y="${105 - height}" width="${step * 0.7}" height="${height}"/>
<text x="${(i + 0.5) * step}" y="${100 - height}" text-anchor="middle">${count === 0 ? "" : count}</text>
<text x="${(i + 0.5) * step}" y="120" text-anchor="middle">${name}</text>`;
  });
  const label = counts.map((count, i) => `${i} turns: ${count}`).join(", ");
  return html`<svg viewBox="0 0 ${WIDTH} 124" role="img" aria-label="Cases by turns: ${label}"><path class="axis" d="M0 105H${WIDTH}"/>${columns}</svg>`;
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length > LONGEST_LABEL ? `${characters.slice(0, LONGEST_LABEL - 1).join("")}…` : name;
}
