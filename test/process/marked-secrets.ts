import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";

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

/** Settings that name files which hold these values, as Docker and Kubernetes hand them out. */
export async function secretFiles(
  folder: string,
  values: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const own = await mkdtemp(join(folder, "secrets-"));
  const settings = Object.entries(values).map(async ([name, value]) => {
    await writeFile(join(own, name), `${value}\n`, { mode: 0o600 });
    return [`${name}_FILE`, join(own, name)] as const;
  });
  return Object.fromEntries(await Promise.all(settings));
}

/** A tool of one's own that says its secret in all ways: as a line, as one that is cut, as a result, as an error. */
export const CARELESS_TOOL = `
const secret = process.env.CARELESS_TOKEN;
console.log("careless", secret);
console.error("x".repeat(990), secret, "and more");
process.stdout.write(Buffer.from(secret).toString("base64") + "\\n");
export default {
  name: "Careless",
  description: "use it to say a secret.",
  example: "x",
  resultTokens: 20,
  run: async (input) => {
    if (input === "throw it") throw new Error("refused: " + secret, { cause: new Error(secret) });
    return "x".repeat(70) + secret; // cut to 80 characters before the tool-worker sees it
  },
};
`;
