import { errorMessage } from "@bullpen/base";

/** An error's message as a clause of a sentence: without its full stop. */
export function errorClause(error: unknown): string {
  return errorMessage(error).trim().replace(/\.$/, "");
}
