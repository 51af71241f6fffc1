import { findUnfitValue, shortName, withoutNulls } from "@bullpen/contracts";
import type { z } from "zod";
import { ApiError } from "./errors.js";

/**
 * Passes a value from outside through its schema. A key whose value is `null` counts as absent, at all
 * depths, so that no schema speaks of `null`.
 *
 * @param at path of the value in the request, such as `[3]`; the path of the field at fault begins with it.
 * @throws {ApiError} that names the first field at fault.
 */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at = "",
): z.output<Schema> {
  const unfit = findUnfitValue(value);
  if (unfit) throw refusal(joinPath(at, unfit.path), unfit.problem);
  const parsed = schema.safeParse(withoutNulls(value), { reportInput: true, error: describe });
  if (parsed.success) return parsed.data;
  const issue = innermost(parsed.error.issues[0]);
  if (!issue) throw new ApiError("invalid_request", "The request is not valid.");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const param = joinPath(at, [...issue.path, key]);
    const hint =
      issue.path.length === 0 && takesBelowBullpen(schema, key) ? ` Give it as bullpen.${key}.` : "";
    throw new ApiError("unknown_parameter", `${param} is not a parameter of this request.${hint}`, param);
  }
  throw refusal(joinPath(at, issue.path), issue.message);
}

/** Whether a field that is none of OpenAI's has its place below `bullpen`. */
function takesBelowBullpen(schema: z.ZodType, key: string): boolean {
  const { error } = schema.safeParse({ bullpen: { [key]: null } });
  const unknown = (error?.issues ?? []).map(innermost).filter((issue) => issue?.code === "unrecognized_keys");
  return !unknown.some((issue) => issue?.keys.includes("bullpen") || issue?.keys.includes(key));
}

function refusal(param: string, problem: string): ApiError {
  const sentence = `${param === "" ? "The request" : `${param}:`} ${problem.replace(/\.$/, "")}.`;
  return new ApiError("invalid_request", sentence, param || null);
}

/** Of a value that fits none of several schemas, what is wrong with it for the one that is of its type. */
function innermost(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== "invalid_union") return issue;
  const ofItsType = issue.errors.find(([first]) => first?.code !== "invalid_type" || first.path.length > 0);
  const inner = innermost(ofItsType?.[0]);
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
};

/** What is wrong with a value, where its schema has no words of its own for it. */
function describe(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type": {
      const type = TYPES[issue.expected] ?? issue.expected;
      if (issue.input === undefined) return `is required, and must be ${type}`;
      return `must be ${typeof issue.input === "number" && type === "a number" ? "a finite number" : type}`;
    }
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return describeBound(issue, issue.inclusive ? "at least" : "more than", issue.minimum);
    case "too_big":
      return describeBound(issue, issue.inclusive ? "at most" : "less than", issue.maximum);
    case "invalid_key":
      return issue.issues[0]?.message ?? "has an impossible name";
    default:
      return "is not valid";
  }
}

function describeBound({ origin }: { origin: string }, relation: string, bound: number | bigint): string {
  if (origin === "string") return `must have ${relation} ${bound} characters`;
  if (origin === "array") return `must hold ${relation} ${bound} entries`;
  return `must be ${relation} ${bound}`;
}

function joinPath(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((joined, key) => {
    if (typeof key === "number") return `${joined}[${key}]`;
    const name = shortName(String(key)) || '""';
    return joined === "" ? name : `${joined}.${name}`;
  }, at);
}
