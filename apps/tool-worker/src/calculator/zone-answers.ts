import { timeZoneFile, timeZoneNames } from "./time-zone-file.js";

const NOTHING = new Uint8Array();

/** Answers that this thread has given: all that are possible take about a megabyte. */
const answers = new Map<string, Uint8Array>();

/** A zone's file, the names of all zones for `*`, and nothing for what is no zone. */
export function zoneAnswer(name: string): Uint8Array {
  const known = answers.get(name);
  if (known) return known;
  const answer = name === "*" ? timeZoneNames() : timeZoneFile(name);
  // Only zones are kept: of what is none there is no end.
  if (answer) answers.set(name, answer);
  return answer ?? NOTHING;
}
