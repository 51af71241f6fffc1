import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `bench/results`, seen from `bench/dist/harness`. */
const RESULTS = fileURLToPath(new URL("../../results/", import.meta.url));

export interface Bar {
  readonly group: string;
  readonly label: string;
  readonly value: number;
}

const BAR = 16;
const GROUP_GAP = 14;
const LEFT = 220;
const WIDTH = 460;
const COLOURS = ["#2f6f4f", "#b9b9b9", "#8fb8d8"];

/** Writes `bench/results/<benchmark>.svg`: horizontal bars, groups in the order of their first bar. */
export async function writeChart(benchmark: string, title: string, bars: readonly Bar[]): Promise<void> {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const labels = [...new Set(bars.map(({ label }) => label))];
  const groups = [...new Set(bars.map(({ group }) => group))];
  let y = 56;
  const shapes = groups.flatMap((group) => {
    const members = bars.filter((bar) => bar.group === group);
    const name = text(LEFT - 10, y + (members.length * BAR) / 2 + 4, group, "end");
    const drawn = members.map((bar, index) => {
      const length = (bar.value / most) * WIDTH;
      const top = y + index * BAR;
      const colour = COLOURS[labels.indexOf(bar.label) % COLOURS.length];
      return `<rect x="${LEFT}" y="${top}" width="${length.toFixed(1)}" height="${BAR - 2}" fill="${colour}"/>${text(LEFT + length + 6, top + 11, bar.value.toFixed(bar.value < 10 ? 1 : 0))}`;
    });
    y += members.length * BAR + GROUP_GAP;
    return [name, ...drawn];
  });
  const legend = labels.map(
    (label, index) =>
      `<rect x="${LEFT + index * 140}" y="30" width="10" height="10" fill="${COLOURS[index % COLOURS.length]}"/>${text(LEFT + index * 140 + 15, 39, label)}`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 80}" height="${y}" font-family="sans-serif" font-size="12"><title>${title}</title><rect width="100%" height="100%" fill="white"/>${text(10, 20, title)}${legend.join("")}${shapes.join("")}</svg>\n`;
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, `${benchmark}.svg`), svg);
}

function text(x: number, y: number, content: string, anchor = "start"): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped}</text>`;
}
