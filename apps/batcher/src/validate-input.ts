import {
  type BatchError,
  MAX_BATCH_ERRORS,
  MAX_BATCH_LINES,
  MAX_LINE_BYTES,
  quote,
} from "@bullpen/contracts";
import type { BatchLine } from "@bullpen/protocol";
import { readLines } from "@bullpen/storage";
import { LINE_DEFECT } from "./line-defect.js";
import { parseLine } from "./parse-line.js";
import { SeenIds } from "./seen-ids.js";

export interface ValidateOptions {
  readonly endpoint: string;
  readonly defaultModel: string;
  readonly knownModels: ReadonlySet<string>;
  /** Known models that no worker has served for as long as a batch may take. */
  readonly abandonedModels: ReadonlySet<string>;
  readonly maxLines?: number;
  /** Called with an unexpected exception, a defect of this code. It is reported as an error of its line. */
  readonly onDefect: (error: unknown, line: number) => void;
}

/** What a valid input holds. */
export interface InputSummary {
  readonly model: string;
  readonly lines: number;
  readonly bytes: number;
  /** Byte offset of every {@link STRIDE}th line, blank lines not counted, the first included. */
  readonly offsets: readonly number[];
}

/** Chunks begin at multiples of this number of lines. */
export const STRIDE = 10;

/**
 * Reads an input file once, in constant memory, and reports every bad line, the first
 * {@link MAX_BATCH_ERRORS} of them. Errors in a line's body (a parameter out of its range) are
 * reported when the line is run.
 */
export async function validateInput(
  source: AsyncIterable<Uint8Array>,
  options: ValidateOptions,
): Promise<{ summary: InputSummary } | { errors: BatchError[] }> {
  const check = new InputCheck(options);
  for await (const line of readLines(counted(source, check), { maxBytes: MAX_LINE_BYTES })) {
    try {
      const parsed = parseLine(line);
      if (parsed && "problem" in parsed) check.report({ ...parsed.problem, line: line.number });
      else if (parsed) check.take(parsed.line, line);
    } catch (error) {
      options.onDefect(error, line.number);
      check.report({ code: "internal_error", message: LINE_DEFECT, param: null, line: line.number });
    }
    if (check.isFull) break;
  }
  return check.result();
}

async function* counted(source: AsyncIterable<Uint8Array>, check: InputCheck): AsyncGenerator<Uint8Array> {
  for await (const part of source) {
    check.bytes += part.byteLength;
    yield part;
  }
}

class InputCheck {
  readonly #options: ValidateOptions;
  readonly #maxLines: number;
  readonly #seen = new SeenIds();
  readonly #offsets: number[] = [];
  readonly #errors: BatchError[] = [];
  #errorCount = 0;
  #lines = 0;
  #model: string | undefined;
  #isFull = false;
  bytes = 0;

  constructor(options: ValidateOptions) {
    this.#options = options;
    this.#maxLines = options.maxLines ?? MAX_BATCH_LINES;
  }

  /** More lines than a batch may have: reading stops. */
  get isFull(): boolean {
    return this.#isFull;
  }

  report(error: BatchError): void {
    this.#errorCount++;
    if (this.#errors.length < MAX_BATCH_ERRORS) this.#errors.push(error);
  }

  take(line: BatchLine, { number, start }: { number: number; start: number }): void {
    if (this.#lines === this.#maxLines) {
      this.#isFull = true;
      const message = `The file has more than ${this.#maxLines} lines. Split it into several batches.`;
      this.report({ code: "too_many_tasks", message, param: null, line: number });
      return;
    }
    if (this.#lines % STRIDE === 0) this.#offsets.push(start);
    this.#lines++;
    this.#checkUrl(line, number);
    this.#checkModel(line, number);
    const earlier = this.#seen.add(line.custom_id, number);
    if (earlier !== undefined) {
      const message = `The custom_id ${quote(line.custom_id)} is used on line ${earlier} already. Give each line its own.`;
      this.report({ code: "duplicate_custom_id", message, param: "custom_id", line: number });
    }
  }

  result(): { summary: InputSummary } | { errors: BatchError[] } {
    if (this.bytes === 0) return this.#only("empty_file", "The file is empty.");
    if (this.#lines === 0 && this.#errorCount === 0) {
      return this.#only("empty_batch", "The file holds no request: all its lines are blank.");
    }
    if (this.#errorCount > this.#errors.length) {
      const message = `The file has ${this.#errorCount} errors; these are the first ${this.#errors.length}.`;
      this.#errors.push({ code: "too_many_errors", message, param: null, line: null });
    }
    if (this.#errors.length > 0 || this.#model === undefined) return { errors: this.#errors };
    const { bytes } = this;
    return { summary: { model: this.#model, lines: this.#lines, bytes, offsets: this.#offsets } };
  }

  #only(code: "empty_file" | "empty_batch", message: string): { errors: BatchError[] } {
    return { errors: [{ code, message, param: "input_file_id", line: null }] };
  }

  #checkUrl({ url }: BatchLine, line: number): void {
    const { endpoint } = this.#options;
    if (url === endpoint) return;
    const message = `The url ${quote(url)} is not the batch's endpoint, ${quote(endpoint)}.`;
    this.report({ code: "url_mismatch", message, param: "url", line });
  }

  #checkModel({ body }: BatchLine, line: number): void {
    const { defaultModel, knownModels, abandonedModels } = this.#options;
    const model = body.model ?? defaultModel;
    if (typeof model !== "string" || !knownModels.has(model)) {
      const known = [...knownModels].join(", ") || "none that you may use";
      const message =
        typeof model === "string"
          ? `There is no model ${quote(model)}. Known: ${known}.`
          : `The model must be text, not ${quote(model)}. Known: ${known}.`;
      this.report({ code: "model_not_found", message, param: "body.model", line });
      return;
    }
    if (abandonedModels.has(model)) {
      const message = `No worker has served the model ${quote(model)} for a day or more. Start one, then create the batch again.`;
      this.report({ code: "model_not_served", message, param: "body.model", line });
      return;
    }
    this.#model ??= model;
    if (model === this.#model) return;
    const message = `The model ${quote(model)} is not that of the lines before, ${quote(this.#model)}. Use one batch a model.`;
    this.report({ code: "model_mismatch", message, param: "body.model", line });
  }
}
