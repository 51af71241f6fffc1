import { type BatchError, MAX_LINE_BYTES, notUtf8 } from "@bullpen/contracts";
import { type BatchLine, batchLineSchema } from "@bullpen/protocol";
import type { Line, LineError } from "@bullpen/storage";

type Problem = Pick<BatchError, "code" | "message" | "param">;

/** Parses a line of an input file; `undefined` for a blank one. */
export function parseLine({ content }: Line): { line: BatchLine } | { problem: Problem } | undefined {
  if ("error" in content) return { problem: unreadable(content) };
  if (content.text.trim() === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(content.text);
  } catch (error) {
    return { problem: notJson(content.text, error) };
  }
  const parsed = batchLineSchema.safeParse(value);
  if (parsed.success) return { line: parsed.data };
  const [issue] = parsed.error.issues;
  const param = issue?.path.join(".") || null;
  const message = issue ? `${param ?? "The line"} ${issue.message}.` : "The line is not valid.";
  return { problem: { code: "invalid_request", message, param } };
}

function unreadable(content: LineError): Problem {
  const message =
    content.error === "too_long"
      ? `The line has more than ${MAX_LINE_BYTES} bytes. Shorten it, or split the question.`
      : `The line is not valid UTF-8: ${notUtf8(content.byte, content.at)}`;
  return { code: "invalid_json_line", message, param: null };
}

function notJson(text: string, error: unknown): Problem {
  const looksBinary = text.includes("\0");
  const reason = looksBinary
    ? "it holds NUL characters"
    : error instanceof Error
      ? error.message.slice(0, 200)
      : String(error);
  const message = `The line is not JSON (${reason}). Each line must hold one JSON object.`;
  return { code: "invalid_json_line", message, param: null };
}
