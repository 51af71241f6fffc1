import { wholeLines } from "@bullpen/base";
import { prettyLine } from "@bullpen/runtime";

/** A function that shows what a process logs on standard error, for people; chunks may be cut anywhere. */
export function showLog(): (chunk: Uint8Array) => void {
  const hasColors = process.stderr.isTTY && process.stderr.hasColors();
  return wholeLines((lines) => {
    for (const line of lines.trimEnd().split("\n")) process.stderr.write(prettyLine(`${line}\n`, hasColors));
  });
}
