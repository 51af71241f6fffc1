import type { Readable } from "node:stream";

/** Lines that are told of each second's, and the characters of each. */
const LINES_PER_SECOND = 20;
const MAX_CHARACTERS = 1_000;
/** Characters that are read of each second's: whoever writes more waits, and nobody else does. */
const CHARACTERS_PER_SECOND = 1_000_000;

/**
 * Tells what is written to a stream line by line, whatever is written and however fast: long lines are cut,
 * of many the first of each second are told and the rest is counted, and a flood is not even read.
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
  stream.on("error", () => {}); // of a process that is gone
}

/** Puts chunks together to lines, of which no more is kept than is told. */
class CutLines {
  #line = "";
  #isCut = false;

  /** The lines that end within the chunk, without empty ones. */
  add(chunk: string): string[] {
    const [rest = "", ...ends] = chunk.split("\n").reverse();
    const lines: string[] = [];
    for (const part of ends.reverse()) {
      this.#append(part);
      if (this.#line.trim() !== "") lines.push(this.#isCut ? `${this.#line}…` : this.#line);
      this.#line = "";
      this.#isCut = false;
    }
    this.#append(rest);
    return lines;
  }

  #append(part: string): void {
    const room = MAX_CHARACTERS - this.#line.length;
    if (part.length > room) this.#isCut = true;
    this.#line += part.slice(0, room);
  }
}
