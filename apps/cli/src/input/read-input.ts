import { errorMessage } from "@bullpen/base";
import { ApiError, batchLineSchema } from "@bullpen/protocol";
import { type CsvRow, csvRows } from "./csv-rows.js";
import { DefaultIds } from "./default-ids.js";
import { InputError } from "./input-error.js";
import type { Format } from "./open-input.js";
import { type Defaults, toBatchLine } from "./question.js";
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
  readonly format: Format;
  readonly defaults: Defaults;
  /** The CSV column that holds the questions. Default: `query` or `question`. */
  readonly column?: string;
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
  let field: (row: CsvRow, wanted: string) => string | undefined = () => undefined;
  let question = "";
  const ids = new DefaultIds(options.name);
  const onHeader = (columns: readonly string[], line: number) => {
    const named = new Map(columns.map((column) => [column.toLowerCase(), column]));
    question = questionColumn(named, options, line);
    const used = [question.toLowerCase(), "custom_id", "system", "model"];
    refuseTwins(columns, used, options.name, line);
    field = ({ record }, wanted) => record[named.get(wanted) ?? ""]?.trim() || undefined;
  };
  for await (const row of csvRows(lines, {
    name: options.name,
    onHeader,
    ...(options.format === "tsv" && { delimiter: "\t" }),
  })) {
    const query = row.record[question]?.trim();
    if (!query) {
      const problem = `The column ${question} is empty. Fill it in, or remove the row.`;
      throw new InputError(options.name, row.number, problem);
    }
    const optional = {
      custom_id: field(row, "custom_id"),
      system: field(row, "system"),
      model: field(row, "model"),
    };
    const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    yield convert({ query, ...given }, row.number, options, ids);
  }
}

/** Refuses two columns of one name: only one of them could count. */
function refuseTwins(columns: readonly string[], used: readonly string[], name: string, line: number): void {
  const twin = used.find((each) => columns.filter((column) => column.toLowerCase() === each).length > 1);
  if (twin === undefined) return;
  throw new InputError(name, line, `There is more than one column ${twin}. Rename or remove all but one.`);
}

function questionColumn(
  columns: ReadonlyMap<string, string>,
  { name, column }: ReadOptions,
  line: number,
): string {
  const wanted = column === undefined ? ["query", "question"] : [column.toLowerCase()];
  const found = wanted.map((each) => columns.get(each)).find((each) => each !== undefined);
  if (found !== undefined) return found;
  const names = [...columns.values()].map((each) => JSON.stringify(each)).join(", ");
  const problem = `There is no column ${wanted.join(" or ")}; there is ${names}. Choose one by --column.`;
  throw new InputError(name, line, problem);
}

function convert(value: object, number: number, options: ReadOptions, ids: DefaultIds): RequestLine {
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
