import { StartupError } from "@bullpen/runtime";

/** Something in the user's file that keeps it from being sent. */
export class InputError extends StartupError {
  /** @param line counted from 1; without one the whole file is meant. */
  constructor(name: string, line: number | undefined, problem: string) {
    super(`${name}${line === undefined ? "" : `, line ${line}`}: ${problem} Nothing was sent.`);
  }
}
