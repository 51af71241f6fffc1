import type { QueryView } from "@bullpen/protocol";

/** Answers of the minority that a line names. */
const MAX_OTHERS = 3;
/** Characters of each. */
const MAX_LENGTH = 60;

/** How a vote came out, on one line: "3 of 4 answers agree (5 runs). Others: 6." */
export function describeVotes({ agreed, answers, runs }: NonNullable<QueryView["votes"]>): string {
  const made = `${runs.length} ${runs.length === 1 ? "run" : "runs"}`;
  if (agreed === null || answers === 0) return `no answer to vote on (${made})`;
  const others = runs.flatMap(({ answer, agrees }) => (answer !== null && !agrees ? [shorten(answer)] : []));
  const named = others.slice(0, MAX_OTHERS).join("; ");
  const more = others.length > MAX_OTHERS ? `; and ${others.length - MAX_OTHERS} more` : "";
  return `${agreed} of ${answers} answers agree (${made})${others.length > 0 ? `. Others: ${named}${more}` : ""}`;
}

function shorten(answer: string): string {
  const line = answer.trim().split(/\s+/).join(" ");
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH).toWellFormed()}…` : line;
}
