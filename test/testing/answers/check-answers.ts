import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openApiDocument } from "@bullpen/protocol/openapi";
import { AnswerChecker } from "./answer-checker.js";
import type { RecordedAnswer, RecordedWebhook } from "./record-answers.js";

interface AnswerReport {
  readonly checked: number;
  /** What does not fit the document, each kind once. */
  readonly problems: readonly string[];
  /** The operations that no request has used with success. */
  readonly unused: readonly string[];
}

/** Compares the answers and webhooks that were recorded in a folder with the document that the api serves. */
export function checkAnswers(folder: string): AnswerReport {
  const document = openApiDocument("0.0.0");
  const checker = new AnswerChecker(document);
  const problems = new Map<string, string>();
  let checked = 0;
  const add = (problem: string | undefined, where: string) => {
    checked++;
    if (problem !== undefined) problems.set(problem.slice(0, 100), `${where}: ${problem}`);
  };
  for (const file of readdirSync(folder)) {
    // A process that was killed may have left half a line.
    const lines = readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1);
    for (const line of lines) {
      const entry = JSON.parse(line) as RecordedAnswer | RecordedWebhook; // the recorder's
      if ("webhook" in entry) add(checker.problemOfWebhook(entry), "webhook");
      else add(checker.problemOf(entry), `${entry.method} ${entry.path}`);
    }
  }
  const ids = [...Object.values(document.paths), ...Object.values(document.webhooks)].flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  const unused = ids.filter((id) => !checker.succeeded.has(id));
  return { checked, problems: [...problems.values()], unused };
}
