import { findSchemaFault } from "@bullpen/json-schema";
import { z } from "zod";
import { isNumeric } from "../checks/check-numeric.js";
import { patternProblem } from "../checks/check-regex.js";

/** Longest question with its documents, in UTF-16 units: what the API takes as a query. */
export const MAX_QUESTION_LENGTH = 32_000;

const jsonSchemaSchema = z.record(z.string(), z.unknown());

const caseSensitive = z.boolean().optional().describe("Whether capital letters count. Default: false.");
const ignorePunctuation = z
  .boolean()
  .optional()
  .describe("Leaves out punctuation and articles, as SQuAD and HotpotQA do. Default: false.");
const positive = z.number().min(0, "must be 0 or more");

const checks = [
  z.strictObject({
    type: z.literal("numeric"),
    tolerance: positive.optional().describe("The largest difference that is right."),
    relative_tolerance: positive.optional().describe("The same as a share of the answer."),
    units: z
      .record(
        z.string().transform((unit) => unit.toLowerCase()),
        z.number(),
      )
      .optional()
      .describe("Factors of units after the number, to the unit of the answer."),
  }),
  z.strictObject({
    type: z.literal("exact"),
    case_sensitive: caseSensitive,
    ignore_punctuation: ignorePunctuation,
  }),
  z.strictObject({
    type: z.literal("contains"),
    mode: z.enum(["any", "all"], "must be any or all").optional(),
    case_sensitive: caseSensitive,
    ignore_punctuation: ignorePunctuation,
  }),
  z.strictObject({ type: z.literal("regex"), case_sensitive: caseSensitive }),
  z.strictObject({
    type: z.literal("json"),
    mode: z
      .enum(["equal", "includes", "schema"], "must be equal, includes or schema")
      .optional()
      .describe("`schema`: the answer of the case is a JSON Schema, which the model's has to fit."),
  }),
  z.strictObject({ type: z.literal("tool") }),
  z.strictObject({
    type: z.literal("judge"),
    criteria: z.string().min(1).max(4_000).optional().describe("What the judge has to mind."),
  }),
] as const;

/** Names of the checks. */
const CHECK_TYPES = ["numeric", "exact", "contains", "regex", "json", "tool", "judge"] as const;

const checkSchema = z.preprocess(
  (value) => (typeof value === "string" ? { type: value } : value),
  z.discriminatedUnion("type", checks, {
    error: ({ input }) =>
      input === undefined
        ? `is required: one of ${CHECK_TYPES.join(", ")}`
        : `must be one of ${CHECK_TYPES.join(", ")}, or an object with one of them as type`,
  }),
);
type Check = z.output<typeof checkSchema>;

const wantedCallSchema = z.preprocess(
  (value) => (typeof value === "string" ? { tool: value } : value),
  z.strictObject(
    {
      tool: z.string().min(1),
      input: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    },
    "must be the name of a tool, or an object with tool and, as you like, input",
  ),
);

const documentSchema = z.preprocess(
  (value) => (typeof value === "string" ? { text: value } : value),
  z.strictObject(
    { title: z.string().optional(), text: z.string() },
    "must be a text, or an object with text and, as you like, title",
  ),
);

const text = (name: string) =>
  z.string(`must be a text: ${name}`).refine((value) => value.trim() !== "", "must not be empty");

const lineSchema = z.strictObject({
  id: z
    .union([z.string().min(1, "must not be empty").max(512, "must have at most 512 characters"), z.int()], {
      error: ({ input }) =>
        input === undefined
          ? "is required: a name that no other line has"
          : "must be a text or a whole number",
    })
    .transform(String),
  question: text("what the model is asked"),
  answer: z.unknown().optional().describe("What the check compares with."),
  check: checkSchema,
  class: text("the group that the case is counted in")
    .max(100, "must have at most 100 characters")
    .optional(),
  documents: z.array(documentSchema, "must be an array of documents").max(1_000).optional(),
  system: text("instructions that come before the question").optional(),
  tools: z.array(z.string(), "must be an array of names of tools").max(64).optional(),
  response_format: z
    .record(z.string(), z.unknown(), "must be an object such as {type, json_schema}")
    .optional()
    .describe("What the model's answer has to be, as in a request."),
});

/** One line of a dataset: a question, the answer that is wanted, and how the two are compared. */
export const caseSchema = lineSchema.superRefine(({ answer, check }, context) => {
  const problem = answerProblem(check, answer);
  if (problem !== undefined) context.addIssue({ code: "custom", path: ["answer"], message: problem });
});
export type EvaluationCase = z.output<typeof caseSchema>;

/** Several answers of a text check, one of which is enough. */
export function textsOf(answer: unknown): string[] {
  const all = Array.isArray(answer) ? answer : [answer];
  return all.filter((each) => typeof each === "string" || typeof each === "number").map(String);
}

/** The tool calls that the answer of a `tool` check names. */
export function wantedCallsOf(answer: unknown): z.output<typeof wantedCallSchema>[] {
  return z.array(wantedCallSchema).parse(Array.isArray(answer) ? answer : [answer]);
}

function answerProblem(check: Check, answer: unknown): string | undefined {
  const { type } = check;
  if (answer === undefined) return "is required: what the check compares with";
  switch (type) {
    case "numeric": {
      const isNumber = typeof answer === "number" || (typeof answer === "string" && isNumeric(answer));
      return isNumber
        ? undefined
        : 'must be one number, such as 42, "1,234.5" or "3/4", for the check numeric';
    }
    case "exact":
    case "contains": {
      const texts = textsOf(answer);
      const isWhole = texts.length > 0 && texts.length === (Array.isArray(answer) ? answer.length : 1);
      if (isWhole && texts.every((each) => each.trim() !== "")) return undefined;
      return `must be a text, or an array of texts, for the check ${type}`;
    }
    case "regex":
      return typeof answer === "string" ? patternProblem(answer) : "must be a pattern for the check regex";
    case "tool": {
      const parsed = z.array(wantedCallSchema).safeParse(Array.isArray(answer) ? answer : [answer]);
      return parsed.success
        ? undefined
        : "must be the name of a tool, {tool, input}, or an array of them ([] for no call), for the check tool";
    }
    case "judge":
      return textsOf(answer).length > 0 ? undefined : "must be a text: the right answer, for the judge";
    case "json":
      return check.mode === "schema" ? schemaProblem(answer) : undefined;
  }
}

function schemaProblem(answer: unknown): string | undefined {
  const schema = jsonSchemaSchema.safeParse(answer);
  return schema.success
    ? findSchemaFault(schema.data)
    : "must be a JSON Schema, an object, for the check json with the mode schema";
}
