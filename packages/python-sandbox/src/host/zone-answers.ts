import { timeZoneFile, timeZoneNames } from "./time-zone-file.js";

const NOTHING = new Uint8Array();

/** The answers that this thread has given. All zones together take about a megabyte. */
const answers = new Map<string, Uint8Array>();

/** A zone's file; the names of all zones for `*`; no bytes for an unknown name. */
export function zoneAnswer(name: string): Uint8Array {
  const known = answers.get(name);
  if (known) return known;
  const answer = name === "*" ? timeZoneNames() : timeZoneFile(name);
  // Only zones are kept: the number of unknown names has no limit.
  if (answer) answers.set(name, answer);
  return answer ?? NOTHING;
}
