import type { EvaluationCase } from "./case-schema.js";

/** What the model is asked: the documents of a case, numbered, and after them its question. */
export function questionText({
  question,
  documents = [],
}: Pick<EvaluationCase, "question" | "documents">): string {
  if (documents.length === 0) return question;
  const parts = documents.map(
    ({ title, text }, i) => `[${i + 1}]${title ? ` ${title}` : ""}\n${text.trim()}`,
  );
  return `Documents:\n\n${parts.join("\n\n")}\n\nQuestion: ${question}`;
}
