import type { BatchUsage } from "@bullpen/contracts";
import { batchUsageSchema } from "@bullpen/contracts";
import { z } from "zod";
import type { PartMark } from "./batch-records.js";

/** The result of a line: a line of the output or error file, with its newline. */
export interface ResultLine {
  readonly text: string;
  readonly failed: boolean;
  readonly usage: BatchUsage;
}

/** The first line of a part file: which of the lines that follow failed, and what all have cost. */
const headerSchema = z.object({
  lines: z.int(),
  /** Positions, counted from 0. */
  failed: z.array(z.int()),
  usage: batchUsageSchema,
});
export type PartHeader = z.output<typeof headerSchema>;

const NEWLINE = 0x0a;

/** The content of a part file: the results of a chunk's lines, in input order. */
export function renderPart(results: readonly ResultLine[]): { header: PartHeader; parts: string[] } {
  const header = {
    lines: results.length,
    failed: results.flatMap((result, i) => (result.failed ? [i] : [])),
    usage: {
      input_tokens: sum(results, "input_tokens"),
      cached_tokens: sum(results, "cached_tokens"),
      output_tokens: sum(results, "output_tokens"),
    },
  };
  return { header, parts: [`${JSON.stringify(header)}\n`, ...results.map((result) => result.text)] };
}

export function markOf(index: number, { lines, failed, usage }: PartHeader): PartMark {
  return { index, completed: lines - failed.length, failed: failed.length, ...usage };
}

/** The header of a part that stands. */
export async function readPartHeader(part: AsyncIterable<Uint8Array>): Promise<PartHeader> {
  let text = "";
  for await (const bytes of part) {
    text += Buffer.from(bytes).toString();
    const end = text.indexOf("\n");
    if (end >= 0) return headerSchema.parse(JSON.parse(text.slice(0, end)));
  }
  throw new Error("a part file ends in its first line");
}

/** The result lines of a part that failed, or those that did not, in order, with their newlines. */
export async function* selectLines(
  part: AsyncIterable<Uint8Array>,
  which: "all" | "completed" | "failed",
): AsyncGenerator<Uint8Array> {
  let header: PartHeader | undefined;
  let failed = new Set<number>();
  let pending: Uint8Array[] = [];
  let position = -1; // of the header
  for await (const bytes of part) {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      pending.push(bytes.subarray(from, end + 1));
      if (!header) {
        header = headerSchema.parse(JSON.parse(Buffer.concat(pending).toString()));
        failed = new Set(header.failed);
      } else if (which === "all" || failed.has(position) === (which === "failed")) yield* pending;
      pending = [];
      position++;
      from = end + 1;
    }
    if (from < bytes.byteLength) pending.push(bytes.subarray(from));
  }
}

function sum(results: readonly ResultLine[], field: keyof BatchUsage): number {
  return results.reduce((total, result) => total + result.usage[field], 0);
}
