import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../testing/run-app.js";
import type { Bait } from "./bait.js";

export const FAMILIES = [
  "network",
  "files",
  "processes",
  "environment",
  "introspection",
  "host",
  "exhaustion",
  "poison",
] as const;
export type Family = (typeof FAMILIES)[number];

export interface Attack {
  readonly name: string;
  readonly program: string;
  /** What its observation looks like when it is contained; without this, `held` or an error. */
  readonly ends: RegExp;
}

const FOLDER = join(ROOT, "test/escape/attacks");
const CONTAINED = /^(held|None|Error: )/;

/** The attacks of a family, aimed at the bait; one behind each line `# --- name`, see `attacks/*.py`. */
export function readAttacks(family: Family, bait: Bait): Attack[] {
  const prelude = readFileSync(join(FOLDER, "prelude.py"), "utf8");
  const [, ...parts] = readFileSync(join(FOLDER, `${family}.py`), "utf8").split(/^# --- /m);
  return parts.map((part) => {
    const [name = "", ...lines] = part.split("\n");
    const ends = /^# ends: (.+)$/.exec(lines[0] ?? "")?.[1];
    return {
      name: `${family}: ${name}`,
      program: aim(prelude + lines.join("\n"), bait),
      ends: ends === undefined ? CONTAINED : new RegExp(ends),
    };
  });
}

function aim(program: string, bait: Bait): string {
  const places = new Map(Object.entries(bait.places));
  return program.replaceAll(/\{\{(\w+)\}\}/g, (_, place: string) => {
    const value = places.get(place);
    if (value === undefined) throw new Error(`an attack names a bait that is not there: ${place}`);
    return value;
  });
}
