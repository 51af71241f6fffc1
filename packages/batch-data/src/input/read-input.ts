import { errorMessage } from "@bullpen/base";
import type { InputFormat } from "@bullpen/contracts";
import { ApiError, batchLineSchema } from "@bullpen/protocol";
import { type ByteSource, parquetRows } from "../parquet/parquet-rows.js";
import { csvRows } from "./csv-rows.js";
import { DefaultIds } from "./default-ids.js";
import { InputError } from "./input-error.js";
import { type Defaults, toBatchLine } from "./question.js";
import { QuestionTable } from "./question-table.js";
import { type TextLine, textLines } from "./text-lines.js";

/** A line of a batch in the OpenAI form, and the line of the user's file that it comes from. */
export interface RequestLine {
  readonly number: number;
  readonly text: string;
  /** Whether the file holds the line in exactly this form. */
  readonly isVerbatim: boolean;
}

export interface ReadOptions {
  /** As messages call the file. */
  readonly name: string;
  readonly format: Exclude<InputFormat, "parquet">;
  readonly defaults: Defaults;
  /** The column of a table that holds the questions. Default: `query` or `question`. */
  readonly column?: string | undefined;
  /** What messages call the option that chooses it. Default: `--column`. */
  readonly columnOption?: string;
}

/**
 * The questions of a file as lines of a batch, in constant memory.
 *
 * @throws {InputError} that names the first bad line and the remedy.
 */
export function readInput(
  source: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<RequestLine> {
  const lines = textLines(source, options.name);
  if (options.format === "csv" || options.format === "tsv") return readCsv(lines, options);
  return options.format === "jsonl" ? readJsonl(lines, options) : readText(lines, options);
}

async function* readText(lines: AsyncIterable<TextLine>, options: ReadOptions): AsyncGenerator<RequestLine> {
  const ids = new DefaultIds(options.name);
  for await (const { number, text } of lines) {
    if (text.trim() !== "") yield convert({ query: text.trim() }, number, options, ids);
  }
}

async function* readJsonl(lines: AsyncIterable<TextLine>, options: ReadOptions): AsyncGenerator<RequestLine> {
  let isBatchForm: boolean | undefined;
  const ids = new DefaultIds(options.name);
  for await (const { number, text } of lines) {
    if (text.trim() === "") continue;
    const value = parseObject(text, number, options.name);
    const hasBody = "body" in value;
    isBatchForm ??= hasBody;
    if (hasBody !== isBatchForm) {
      const problem = `The lines before ${isBatchForm ? "are requests in the batch form" : "have `query`"}, this one does not fit. Use one form in a file.`;
      throw new InputError(options.name, number, problem);
    }
    if (!isBatchForm) yield convert(value, number, options, ids);
    else {
      refuseDefaults(options);
      checkRequest(value, number, options.name);
      yield { number, text, isVerbatim: true };
    }
  }
}

async function* readCsv(lines: AsyncIterable<TextLine>, options: ReadOptions): AsyncGenerator<RequestLine> {
  const ids = new DefaultIds(options.name);
  let table: QuestionTable | undefined;
  const onHeader = (columns: readonly string[], line: number) => {
    table = new QuestionTable(columns, { ...options, line });
  };
  for await (const row of csvRows(lines, {
    name: options.name,
    onHeader,
    ...(options.format === "tsv" && { delimiter: "\t" }),
  })) {
    if (table) yield convert(table.question(row), row.number, options, ids);
  }
}

/**
 * The questions of a Parquet file as lines of a batch, in the memory of a row group; a row is a line.
 *
 * @throws {InputError} as {@link readInput}.
 */
export async function* readParquetInput(
  source: ByteSource,
  options: Omit<ReadOptions, "format">,
): AsyncGenerator<RequestLine> {
  const ids = new DefaultIds(options.name);
  let table: QuestionTable | undefined;
  const choose = (columns: readonly string[]) => {
    table = new QuestionTable(columns, options);
    return table.used;
  };
  for await (const row of parquetRows(source, { name: options.name, choose })) {
    if (table) yield convert(table.question(row), row.number, options, ids);
  }
}

function convert(
  value: object,
  number: number,
  options: Omit<ReadOptions, "format">,
  ids: DefaultIds,
): RequestLine {
  const { name, defaults } = options;
  const ownId = "custom_id" in value ? value.custom_id : undefined;
  ids.see(ownId, number);
  const id = ownId === undefined ? ids.take(number) : "";
  return checked(name, number, () => ({ number, text: toBatchLine(value, id, defaults), isVerbatim: false }));
}

function checked<T>(name: string, number: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof ApiError) throw new InputError(name, number, error.message);
    // JSON.parse takes any depth; all that goes through a value by calls does not.
    if (error instanceof RangeError) throw new InputError(name, number, "The line nests too deeply.");
    throw error;
  }
}

function parseObject(text: string, number: number, name: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = errorMessage(error);
    const problem = `The line is not JSON (${reason}). Each line must hold one JSON object.${overLines(text)}`;
    throw new InputError(name, number, problem);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new InputError(
    name,
    number,
    "Each line must hold one JSON object, with `query` or in the batch form. Of an array: jq -c '.[]' OLD > NEW.",
  );
}

/** The remedy for a value that spans several lines. */
function overLines(text: string): string {
  const begins = text.trim();
  if (begins === "[") return " Of an array over several lines make one: jq -c '.[]' OLD > NEW.";
  return begins === "{" ? " Of objects over several lines make one each: jq -c . OLD > NEW." : "";
}

function checkRequest(value: object, number: number, name: string): void {
  const parsed = checked(name, number, () => batchLineSchema.safeParse(value));
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw new InputError(name, number, `${issue?.path.join(".") || "The line"} ${issue?.message}.`);
}

function refuseDefaults({ name, defaults }: ReadOptions): void {
  const given = Object.entries(defaults).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  const problem =
    "The lines are requests in the batch form, which say model, tools and limits themselves; leave out --model, --tools and --max-steps.";
  throw new InputError(name, undefined, problem);
}
