import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openApiDocument } from "@bullpen/protocol/openapi";
import { AnswerChecker } from "./answer-checker.js";
import type { RecordedAnswer } from "./record-answers.js";

interface AnswerReport {
  readonly checked: number;
  /** What does not fit the document, each kind once. */
  readonly problems: readonly string[];
  /** The operations that no request has used with success. */
  readonly unused: readonly string[];
}

/** Compares the answers that were recorded in a folder with the document that the api serves. */
export function checkAnswers(folder: string): AnswerReport {
  const document = openApiDocument("0.0.0");
  const checker = new AnswerChecker(document);
  const problems = new Map<string, string>();
  let checked = 0;
  for (const file of readdirSync(folder)) {
    // A process that was killed may have left half a line.
    const lines = readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1);
    for (const line of lines) {
      const answer = JSON.parse(line) as RecordedAnswer; // the recorder's
      const problem = checker.problemOf(answer);
      checked++;
      if (problem !== undefined)
        problems.set(problem.slice(0, 100), `${answer.method} ${answer.path}: ${problem}`);
    }
  }
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  const unused = ids.filter((id) => !checker.succeeded.has(id));
  return { checked, problems: [...problems.values()], unused };
}
