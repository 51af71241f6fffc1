import { InputError } from "./input-error.js";

interface TableOptions {
  readonly name: string;
  readonly column?: string | undefined;
  readonly columnOption?: string;
  /** The line of the header. Default: the whole file is meant. */
  readonly line?: number;
}

interface TableRow {
  readonly number: number;
  readonly record: Readonly<Record<string, string | null>>;
}

/** Columns that a question takes besides its own, where they are there. */
const OPTIONAL = ["custom_id", "system", "model"] as const;

/** Makes questions of the rows of a table. The case of its columns' names does not count. */
export class QuestionTable {
  readonly #options: TableOptions;
  readonly #named: ReadonlyMap<string, string>;
  readonly #question: string;

  /** @throws {InputError} when there is no column of questions, or two columns have one name. */
  constructor(columns: readonly string[], options: TableOptions) {
    this.#options = options;
    this.#named = new Map(columns.map((column) => [column.toLowerCase(), column]));
    this.#question = this.#questionColumn();
    const used = [this.#question.toLowerCase(), ...OPTIONAL];
    const twin = used.find((each) => columns.filter((column) => column.toLowerCase() === each).length > 1);
    if (twin === undefined) return;
    throw this.#error(`There is more than one column ${twin}. Rename or remove all but one.`);
  }

  /** The columns that questions are made of. */
  get used(): string[] {
    return [this.#question, ...OPTIONAL.flatMap((each) => this.#named.get(each) ?? [])];
  }

  /** @throws {InputError} when the row has no question. */
  question({ number, record }: TableRow): object {
    const query = record[this.#question]?.trim();
    if (!query) {
      const problem = `The column ${this.#question} is empty. Fill it in, or remove the row.`;
      throw new InputError(this.#options.name, number, problem);
    }
    const field = (wanted: string) => record[this.#named.get(wanted) ?? ""]?.trim() || undefined;
    const optional = OPTIONAL.map((each) => [each, field(each)] as const);
    return { query, ...Object.fromEntries(optional.filter(([, value]) => value !== undefined)) };
  }

  #questionColumn(): string {
    const { column, columnOption = "--column" } = this.#options;
    const wanted = column === undefined ? ["query", "question"] : [column.toLowerCase()];
    const found = wanted.map((each) => this.#named.get(each)).find((each) => each !== undefined);
    if (found !== undefined) return found;
    const names = [...this.#named.values()].map((each) => JSON.stringify(each)).join(", ");
    const problem = `There is no column ${wanted.join(" or ")}; there is ${names}. Choose one by ${columnOption}.`;
    throw this.#error(problem);
  }

  #error(problem: string): InputError {
    return new InputError(this.#options.name, this.#options.line, problem);
  }
}
