import { z } from "zod";
import { filledText, type ImportedCase, parseRow, type SkippedRow } from "./imported.js";

const rowSchema = z.looseObject({
  task_id: filledText,
  Question: filledText,
  Level: z.union([z.string(), z.number(), z.bigint()]).optional(),
  "Final answer": z.string("must be a text"),
  file_name: z.string().nullish(),
});

/** What GAIA's own scorer takes for a number, its unit signs included. */
const NUMBER = /^[$€£]?-?\d[\d,]{0,30}(?:\.\d{1,30})?%?$/;
/** What is in the place of an answer that is not published. */
const HIDDEN = "?";

/**
 * A row of GAIA's `metadata.jsonl`. As its own scorer does, numbers are compared as numbers, lists element by element;
 * other texts must be in the answer. Rows of the test split have no answers.
 */
export function fromGaia(row: unknown): ImportedCase | SkippedRow {
  const parsed = parseRow(rowSchema, row, "GAIA");
  const answer = parsed["Final answer"].trim();
  if (answer === HIDDEN || answer === "") return { skipped: "the answer is not published" };
  const { Level: level, file_name: attachment } = parsed;
  return {
    id: parsed.task_id,
    question: parsed.Question,
    ...wanted(answer),
    ...(level !== undefined && { class: `level ${level}` }),
    ...(attachment && { attachment }),
  };
}

function wanted(answer: string): Pick<ImportedCase, "answer" | "check"> {
  if (NUMBER.test(answer)) return { answer, check: "numeric" };
  const parts = answer
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.length < 2) return { answer, check: { type: "contains", ignore_punctuation: true } };
  return { answer: parts, check: { type: "contains", mode: "all", ignore_punctuation: true } };
}
