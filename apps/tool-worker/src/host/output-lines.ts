import type { Readable } from "node:stream";
import { redactHead } from "@bullpen/contracts";

/** Lines per second that are reported, and characters per line: enough to debug, too few to fill a log. */
const LINES_PER_SECOND = 20;
const MAX_CHARACTERS = 1_000;
/** Characters that are read of a line: a secret that begins before the cut is redacted as a whole. */
const READ_CHARACTERS = 5_000;
/** Characters per second that are read. A program that writes more waits; nothing else does. */
const CHARACTERS_PER_SECOND = 1_000_000;

/**
 * Reports a stream line by line, whatever is written and however fast: long lines are cut, only the first lines of each
 * second are reported and the others counted, and a flood is read at a limited rate.
 */
export function tellLines(stream: Readable, tell: (line: string) => void): void {
  const lines = new CutLines();
  let [characters, told, untold] = [0, 0, 0];
  let isCounting = false;
  const tellSome = (line: string) => {
    if (told === LINES_PER_SECOND) untold++;
    else {
      told++;
      tell(line);
    }
  };
  const endSecond = () => {
    if (untold > 0) tell(`… and ${untold} more lines`);
    [characters, told, untold] = [0, 0, 0];
    isCounting = false;
    stream.resume();
  };
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    if (!isCounting) setTimeout(endSecond, 1_000).unref();
    isCounting = true;
    characters += chunk.length;
    if (characters > CHARACTERS_PER_SECOND) stream.pause();
    for (const line of lines.add(chunk)) tellSome(line);
  });
  stream.on("end", () => {
    for (const line of lines.add("\n")) tellSome(line);
  });
  stream.on("error", () => {}); // the process is gone
}

/** Joins chunks to lines, and keeps only the part of a line that is reported. */
class CutLines {
  #line = "";

  /** The lines that end within the chunk, except empty ones. */
  add(chunk: string): string[] {
    const [rest = "", ...ends] = chunk.split("\n").reverse();
    const lines: string[] = [];
    for (const part of ends.reverse()) {
      this.#append(part);
      if (this.#line.trim() !== "") lines.push(redactHead(this.#line, MAX_CHARACTERS));
      this.#line = "";
    }
    this.#append(rest);
    return lines;
  }

  #append(part: string): void {
    this.#line += part.slice(0, READ_CHARACTERS - this.#line.length);
  }
}
