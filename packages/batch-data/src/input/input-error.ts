import { StartupError, shortenMiddle } from "@bullpen/runtime";

/** Characters of the user's own text in a message. */
const MAX_SHOWN = 600;

/** Something in the user's file that keeps it from being taken. */
export class InputError extends StartupError {
  /** Counted from 1; without one the whole file is meant. */
  readonly line: number | undefined;
  /** What is wrong, and what to do about it, without the name of the file. */
  readonly problem: string;

  constructor(name: string, line: number | undefined, problem: string) {
    const place = `${shortenMiddle(name, MAX_SHOWN)}${line === undefined ? "" : `, line ${line}`}`;
    super(`${place}: ${shortenMiddle(problem, MAX_SHOWN)} Nothing was sent.`);
    this.line = line;
    this.problem = shortenMiddle(problem, MAX_SHOWN);
  }
}
