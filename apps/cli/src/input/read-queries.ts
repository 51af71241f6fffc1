import { errorMessage } from "@bullpen/base";
import { textLines } from "@bullpen/batch-data";
import { StartupError, shortenMiddle } from "@bullpen/runtime";
import { z } from "zod";
import { openInput } from "./open-input.js";
import { readAll } from "./read-all.js";

const querySchema = z.looseObject({ custom_id: z.string().optional(), query: z.string() });
export type QueryLine = z.output<typeof querySchema>;

const MAX_SHOWN = 10;
const MAX_CHARACTERS = 300;

/**
 * The queries of a JSONL file, or of standard input for `-`, one object with at least `query` a line. Empty
 * lines are skipped.
 *
 * @throws {StartupError} that names every bad line (the first ten of them) and what is wrong with it.
 */
export async function readQueries(path: string): Promise<QueryLine[]> {
  const input = await openInput(path, "jsonl");
  const queries: QueryLine[] = [];
  const problems: string[] = [];
  for await (const { number, text } of textLines(readAll(input), input.name)) {
    if (text.trim() === "") continue;
    const result = parseLine(text);
    if (typeof result === "string") problems.push(`line ${number}: ${shortenMiddle(result, MAX_CHARACTERS)}`);
    else queries.push(result);
  }
  if (problems.length > 0) {
    const more = problems.length > MAX_SHOWN ? [`and ${problems.length - MAX_SHOWN} more`] : [];
    throw new StartupError(
      `${input.name} cannot be submitted:\n  ${[...problems.slice(0, MAX_SHOWN), ...more].join("\n  ")}`,
    );
  }
  if (queries.length === 0) throw new StartupError(`${input.name} holds no query.`);
  return queries;
}

function parseLine(line: string): QueryLine | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `not valid JSON (${errorMessage(error)})`;
  }
  const parsed = querySchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `${issue?.path.join(".") || "the line"}: ${issue?.message}`;
  }
  try {
    JSON.stringify(parsed.data);
    return parsed.data;
  } catch {
    return "nests too deeply"; // JSON.parse takes any depth, JSON.stringify does not
  }
}
