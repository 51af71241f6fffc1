import { type BatchUsage, batchUsageSchema, jsonLine } from "@bullpen/contracts";
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
export function renderPart(results: readonly ResultLine[]): { header: PartHeader; text: string } {
  const header = {
    lines: results.length,
    failed: results.flatMap((result, i) => (result.failed ? [i] : [])),
    usage: {
      input_tokens: sum(results, "input_tokens"),
      cached_tokens: sum(results, "cached_tokens"),
      output_tokens: sum(results, "output_tokens"),
    },
  };
  return { header, text: `${jsonLine(header)}\n${results.map((result) => result.text).join("")}` };
}

export function markOf(index: number, { lines, failed, usage }: PartHeader): PartMark {
  return { index, completed: lines - failed.length, failed: failed.length, ...usage };
}

/** The header of a stored part. */
export async function readPartHeader(part: AsyncIterable<Uint8Array>): Promise<PartHeader> {
  let head: Uint8Array = new Uint8Array();
  for await (const bytes of part) {
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf(NEWLINE);
    if (end >= 0) return parseHeader(head.subarray(0, end));
  }
  throw new Error("a part file ends in its first line");
}

/**
 * The result lines of a part that failed, or those that did not, in order, with their newlines. Lines that
 * follow each other come as one piece, as far as the source is not cut between them.
 */
export async function* selectLines(
  part: AsyncIterable<Uint8Array>,
  which: "all" | "completed" | "failed",
): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array();
  let isWanted: (position: number) => boolean = () => false;
  let position = 0;
  for await (let bytes of part) {
    if (head) {
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf(NEWLINE);
      if (end < 0) continue;
      isWanted = selection(parseHeader(head.subarray(0, end)), which);
      bytes = head.subarray(end + 1);
      head = undefined;
    }
    let from = 0; // where lines that are all wanted, or all not, begin
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, end + 1)) {
      if (isWanted(position) !== isWanted(position + 1)) {
        if (isWanted(position)) yield bytes.subarray(from, end + 1);
        from = end + 1;
      }
      position++;
    }
    if (isWanted(position) && from < bytes.byteLength) yield bytes.subarray(from);
  }
}

function selection(
  { failed }: PartHeader,
  which: "all" | "completed" | "failed",
): (position: number) => boolean {
  if (which === "all") return () => true;
  const positions = new Set(failed);
  return (position) => positions.has(position) === (which === "failed");
}

function parseHeader(line: Uint8Array): PartHeader {
  return headerSchema.parse(JSON.parse(Buffer.from(line).toString()));
}

function sum(results: readonly ResultLine[], field: keyof BatchUsage): number {
  return results.reduce((total, result) => total + result.usage[field], 0);
}
