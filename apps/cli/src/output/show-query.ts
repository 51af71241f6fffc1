import type { QueryView } from "@bullpen/protocol";
import { printQuery } from "./print.js";

/** Prints a query that has ended, and makes one without an answer a failure of the command. */
export function showQuery(query: QueryView, asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(query, null, 2));
  else printQuery(query);
  if (query.status !== "completed") process.exitCode = 1;
  noteCutAnswers([query]);
}

/** Says on standard error how many answers a limit has cut off or brought about: they read like others. */
export function noteCutAnswers(queries: readonly QueryView[]): void {
  const cut = queries.filter((query) => query.finish_reason === "length" && !query.forced).length;
  const forced = queries.filter((query) => query.forced).length;
  const which = (count: number) =>
    queries.length === 1 ? "The answer is" : `${count} of ${queries.length} answers are`;
  if (cut > 0) {
    console.error(
      `${which(cut)} cut off: a limit of tokens (max_tokens, max_total_tokens) or the model's context was reached.`,
    );
  }
  if (forced > 0) {
    console.error(
      `${which(forced)} what the model said when it could make no more tool calls: a limit or a guard was reached (forced_by).`,
    );
  }
}
