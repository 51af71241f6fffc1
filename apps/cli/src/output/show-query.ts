import type { QueryView } from "@bullpen/protocol";
import { printQuery } from "./print.js";

/** Prints a query that has ended, and makes one without an answer a failure of the command. */
export function showQuery(query: QueryView, asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(query, null, 2));
  else printQuery(query);
  if (query.status !== "completed") process.exitCode = 1;
  noteCutAnswers([query]);
}

/** Says on standard error how many answers a limit has cut off: a cut answer reads like a whole one. */
export function noteCutAnswers(queries: readonly QueryView[]): void {
  const cut = queries.filter((query) => query.finish_reason === "length").length;
  if (cut === 0) return;
  const which = queries.length === 1 ? "The answer is" : `${cut} of ${queries.length} answers are`;
  console.error(
    `${which} cut off: a limit of tokens (max_tokens, max_total_tokens) or the model's context was reached.`,
  );
}
