import { readFile } from "node:fs/promises";
import { StartupError } from "@bullpen/runtime";
import { z } from "zod";

const querySchema = z.looseObject({ custom_id: z.string().optional(), query: z.string() });
export type QueryLine = z.output<typeof querySchema>;

const MAX_SHOWN = 10;

/**
 * The queries of a JSONL file, one object with at least `query` a line. Empty lines are passed over.
 *
 * @throws {StartupError} that names every bad line (the first ten of them) and what is wrong with it.
 */
export async function readQueries(path: string): Promise<QueryLine[]> {
  const text = await readText(path);
  const queries: QueryLine[] = [];
  const problems: string[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const result = parseLine(line);
    if (typeof result === "string") problems.push(`line ${i + 1}: ${result}`);
    else queries.push(result);
  }
  if (problems.length > 0) {
    const more = problems.length > MAX_SHOWN ? [`and ${problems.length - MAX_SHOWN} more`] : [];
    throw new StartupError(
      `${path} cannot be submitted:\n  ${[...problems.slice(0, MAX_SHOWN), ...more].join("\n  ")}`,
    );
  }
  if (queries.length === 0) throw new StartupError(`${path} holds no query.`);
  return queries;
}

async function readText(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    return text.replace(/^\uFEFF/, "");
  } catch (error) {
    throw new StartupError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function parseLine(line: string): QueryLine | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `not valid JSON (${error instanceof Error ? error.message : error})`;
  }
  const parsed = querySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `${issue?.path.join(".") || "the line"}: ${issue?.message}`;
}
