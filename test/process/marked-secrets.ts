import assert from "node:assert/strict";

/** A word that begins each secret; it shows in all percent-encodings, and in base64 as below. */
export const MARK = "LeakMark";
/** Characters that are written otherwise in URLs, JSON or shells. */
export const ODD = "/p@ss:w#rd%?&=+'\"<é";
export const secret = (where: string) => `${MARK}-${where}-${ODD}`;
export const inUrl = (where: string) => encodeURIComponent(secret(where));

/** The mark as itself, in hexadecimal, and in base64 wherever it begins. */
const TRACES = [
  MARK,
  Buffer.from(MARK).toString("hex"),
  ...[0, 1, 2].map((before) =>
    Buffer.from(`${"x".repeat(before)}${MARK}`)
      .toString("base64")
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + MARK.length) * 8) / 6)),
  ),
];

/** All output of the parts under test, by where it was read. */
export const outputs = new Map<string, string>();

/** Keeps an output for {@link assertClean}. */
export function keepOutput(where: string, text: string): void {
  outputs.set(where, `${outputs.get(where) ?? ""}${text}\n`);
}

/** Fails on an output that holds a secret in any form. */
export function assertClean(): void {
  for (const [where, text] of outputs) {
    for (const trace of TRACES) {
      const at = text.indexOf(trace);
      assert.ok(at < 0, `${where}: …${text.slice(Math.max(0, at - 300), at + 100)}…`);
    }
  }
}
