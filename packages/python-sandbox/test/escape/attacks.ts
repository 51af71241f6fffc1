import { readFileSync } from "node:fs";
import type { Canary } from "./canary.js";

export const FAMILIES = [
  "network",
  "files",
  "processes",
  "environment",
  "introspection",
  "host",
  "exhaustion",
  "poison",
  "libraries",
] as const;
export type Family = (typeof FAMILIES)[number];

export interface Attack {
  readonly name: string;
  readonly program: string;
  /** The text of an attack that is contained. */
  readonly ends: RegExp;
}

/** From the compiled file in dist/escape to the sources. */
const FOLDER = new URL("../../escape/attacks/", import.meta.url);
const CONTAINED = /^(held|None|Error: )/;

/**
 * The attacks of a family, aimed at the canary. In `attacks/*.py` each follows a line `# --- name`; a line
 * `# ends: pattern` after it says how the attack must end, if not as `held` or an error.
 */
export function readAttacks(family: Family, canary: Canary): Attack[] {
  const prelude = readFileSync(new URL("prelude.py", FOLDER), "utf8");
  const [, ...parts] = readFileSync(new URL(`${family}.py`, FOLDER), "utf8").split(/^# --- /m);
  return parts.map((part) => {
    const [name = "", ...lines] = part.split("\n");
    const ends = /^# ends: (.+)$/.exec(lines[0] ?? "")?.[1];
    return {
      name: `${family}: ${name}`,
      program: aim(prelude + lines.join("\n"), canary),
      ends: ends === undefined ? CONTAINED : new RegExp(ends),
    };
  });
}

function aim(program: string, canary: Canary): string {
  const places = new Map(Object.entries(canary.places));
  return program.replaceAll(/\{\{(\w+)\}\}/g, (_, place: string) => {
    const value = places.get(place);
    if (value === undefined) throw new Error(`an attack names {{${place}}}, which the canary does not have`);
    return value;
  });
}
