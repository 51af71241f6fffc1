import { z } from "zod";
import { isNumeric } from "../checks/check-numeric.js";
import { DatasetError } from "../dataset/parse-case.js";
import { filledText, type ImportedCase, parseRow } from "./imported.js";

const rowSchema = z.looseObject({ question: filledText, answer: filledText });
const MARK = "####";

/**
 * A row of GSM8K (openai/grade-school-math): the answer is a worked solution that ends with `#### 42`. The class is the
 * number of calculations that the solution marks with `<<…>>`.
 */
export function fromGsm8k(row: unknown, number: number): ImportedCase {
  const { question, answer } = parseRow(rowSchema, row, "GSM8K");
  const at = answer.lastIndexOf(MARK);
  const value = at < 0 ? "" : answer.slice(at + MARK.length).trim();
  if (!isNumeric(value)) throw new DatasetError(`answer: does not end with ${MARK} and a number.`);
  const steps = answer.split("<<").length - 1;
  return {
    id: `gsm8k-${number}`,
    question,
    answer: value,
    check: "numeric",
    ...(steps > 0 && { class: steps === 1 ? "1 step" : `${steps} steps` }),
  };
}
