import { parseCsv } from "./parse-csv.js";

/** What a file asks, as lines of a batch, and what is wrong with it. */
export interface ReadFile {
  /** Lines of the batch's input file. */
  readonly lines: readonly string[];
  /** The first questions, as they will be asked. */
  readonly preview: readonly string[];
  readonly problems: readonly Problem[];
}

interface Problem {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

export interface ReadOptions {
  /** The model that is asked, where a line names none; empty: the server's. */
  readonly model: string;
}

const PREVIEWED = 5;
/** Names under which files have their questions, in the order of preference. */
const QUESTION_NAMES = ["query", "question", "prompt", "input", "text"];
const ID_NAMES = ["custom_id", "id"];
/** As the API has it. */
const MAX_QUESTION = 32_000;

/** One question of a file: its text, or a whole line of a batch that is sent as it is. */
type Item = { readonly question: string; readonly customId: string | undefined } | { readonly whole: string };

/**
 * Reads a file of questions: JSONL (lines of a batch, objects with a question, or texts), CSV with a header, or a text with
 * a question on each line.
 *
 * @param name decides by its end how the text is read.
 */
export function readQuestions(name: string, text: string, { model }: ReadOptions): ReadFile {
  const problems: Problem[] = [];
  const items = itemsOf(name, text.replace(/^\ufeff/, ""), problems);
  const seen = new Set<string>();
  const lines: string[] = [];
  const preview: string[] = [];
  for (const { line, item } of items) {
    if ("whole" in item) {
      lines.push(item.whole);
      if (preview.length < PREVIEWED) preview.push(item.whole);
      continue;
    }
    const problem = problemOf(item.question, item.customId, seen);
    if (problem !== undefined) {
      problems.push({ line, message: problem });
      continue;
    }
    const customId = item.customId ?? `line-${line}`;
    seen.add(customId);
    lines.push(batchLine(customId, item.question, model));
    if (preview.length < PREVIEWED) preview.push(item.question);
  }
  if (lines.length === 0 && problems.length === 0) {
    problems.push({ line: 1, message: "The file has no questions." });
  }
  return { lines, preview, problems: problems.sort((a, b) => a.line - b.line) };
}

interface Numbered {
  readonly line: number;
  readonly item: Item;
}

function itemsOf(name: string, text: string, problems: Problem[]): Numbered[] {
  if (/\.csv$/i.test(name)) return fromCsv(text, problems);
  const lines = text.split("\n").map((content, index) => ({ line: index + 1, content: content.trim() }));
  const filled = lines.filter(({ content }) => content !== "");
  if (!/\.jsonl$|\.ndjson$/i.test(name)) {
    return filled.map(({ line, content }) => ({ line, item: { question: content, customId: undefined } }));
  }
  return filled.flatMap(({ line, content }) => {
    const item = fromJson(content);
    if (typeof item !== "string") return [{ line, item }];
    problems.push({ line, message: item });
    return [];
  });
}

function fromCsv(text: string, problems: Problem[]): Numbered[] {
  const [head, ...records] = parseCsv(text);
  const names = head?.fields.map((field) => field.trim().toLowerCase()) ?? [];
  const question = columnOf(names, QUESTION_NAMES);
  if (question < 0) {
    problems.push({
      line: 1,
      message: `The first line must name the columns, one of them ${QUESTION_NAMES.join(", ")}.`,
    });
    return [];
  }
  const id = columnOf(names, ID_NAMES);
  return records.map(({ line, fields }) => ({
    line,
    item: { question: fields[question] ?? "", customId: fields[id]?.trim() || undefined },
  }));
}

function columnOf(names: readonly string[], wanted: readonly string[]): number {
  return wanted.map((name) => names.indexOf(name)).find((index) => index >= 0) ?? -1;
}

/** The item of a line of JSON, or what is wrong with it. */
function fromJson(content: string): Item | string {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return "This is no JSON.";
  }
  if (typeof value === "string") return { question: value, customId: undefined };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "A line must be an object or a text.";
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  if (fields.has("body") && fields.has("custom_id")) return { whole: content };
  const question = QUESTION_NAMES.map((name) => fields.get(name)).find((text) => typeof text === "string");
  if (typeof question !== "string") return `The object must have a text as ${QUESTION_NAMES.join(", ")}.`;
  const id = ID_NAMES.map((name) => fields.get(name)).find((name) => name !== undefined && name !== null);
  return { question, customId: id === undefined ? undefined : String(id) };
}

function problemOf(
  question: string,
  customId: string | undefined,
  seen: ReadonlySet<string>,
): string | undefined {
  if (question.trim() === "") return "The question is empty.";
  if (question.length > MAX_QUESTION) return `The question has more than ${MAX_QUESTION} characters.`;
  if (customId !== undefined && customId.length > 512) return "The id has more than 512 characters.";
  if (customId !== undefined && seen.has(customId)) return `The id ${customId.slice(0, 60)} comes twice.`;
  return undefined;
}

function batchLine(customId: string, question: string, model: string): string {
  const body = { ...(model !== "" && { model }), messages: [{ role: "user", content: question }] };
  return JSON.stringify({ custom_id: customId, method: "POST", url: "/v1/chat/completions", body });
}
