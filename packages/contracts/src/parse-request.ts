import type { z } from "zod";
import { ApiError } from "./errors.js";

/**
 * Passes a value from outside through its schema.
 *
 * @param at where the value stands, put before the path of the field at fault, such as `[3]`.
 * @throws {ApiError} that names the first field at fault.
 */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at = "",
): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (!issue) throw new ApiError("invalid_request", "The request is not valid.");
  if (issue.code === "unrecognized_keys") {
    const param = joinPath(at, [...issue.path, issue.keys[0] ?? ""]);
    throw new ApiError("unknown_parameter", `${param} is not a parameter of this request.`, param);
  }
  const param = joinPath(at, issue.path);
  throw new ApiError(
    "invalid_request",
    param === "" ? issue.message : `${param}: ${describe(issue)}`,
    param || null,
  );
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.input === undefined) return `is required (${issue.expected}).`;
  return `${issue.message.replace(/\.$/, "")}.`;
}

function joinPath(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((joined, key) => {
    if (typeof key === "number") return `${joined}[${key}]`;
    return joined === "" ? String(key) : `${joined}.${String(key)}`;
  }, at);
}
