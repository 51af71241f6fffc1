import { errorMessage } from "@bullpen/base";
import { caseSchema, type EvaluationCase, MAX_QUESTION_LENGTH } from "./case-schema.js";
import { questionText } from "./question-text.js";

/** Something in a dataset that keeps it from being evaluated. The message names field and remedy. */
export class DatasetError extends Error {
  override readonly name = "DatasetError";
}

/** A line of a dataset. @throws {DatasetError} */
export function parseCase(line: string): EvaluationCase {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new DatasetError(
      `The line is not JSON (${errorMessage(error)}). Each line must hold one JSON object.`,
    );
  }
  const parsed = caseSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DatasetError(problemOf(issue));
  }
  const { length } = questionText(parsed.data);
  if (length > MAX_QUESTION_LENGTH) {
    const field = parsed.data.documents ? "question and documents together have" : "question has";
    throw new DatasetError(
      `${field} ${length} characters, the limit is ${MAX_QUESTION_LENGTH}. Shorten them, or give the documents to Search.`,
    );
  }
  return parsed.data;
}

/** Refuses a second case of an id. Case ids are the `custom_id`s of the batch. */
export class CaseIds {
  readonly #lines = new Map<string, number>();

  /** @throws {DatasetError} */
  add(id: string, line: number): void {
    const earlier = this.#lines.get(id);
    if (earlier !== undefined) {
      throw new DatasetError(
        `id: ${JSON.stringify(id)} is used on line ${earlier} already. Give each line its own.`,
      );
    }
    this.#lines.set(id, line);
  }
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

const FIELDS = "id, question, answer, check, class, documents, system, tools and response_format";

function problemOf(issue: Issue | undefined): string {
  if (!issue) return "The line does not fit.";
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const where = path === "" ? "the line" : path;
    const remedy = path === "" ? `Fields are ${FIELDS}.` : "See --help for the options of each check.";
    return `${where}: ${issue.keys?.map((key) => JSON.stringify(key)).join(", ")} is unknown. ${remedy}`;
  }
  if (path === "") return "Each line must hold one JSON object with id, question, answer and check.";
  return `${path}: ${issue.message.replace(/\.?$/, ".")}`;
}
