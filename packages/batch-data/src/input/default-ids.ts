import { InputError } from "./input-error.js";

const DEFAULT_ID = /^line-([1-9]\d{0,14})$/;

/**
 * The default ids of questions without a custom_id: `line-` and the number of their line. A custom_id of that form is
 * refused where the line of that number has the same default id.
 */
export class DefaultIds {
  readonly #file: string;
  /** One bit for each line, set where the line has no custom_id. */
  #unnamed = new Uint8Array(1_024);
  /** Lines with a custom_id of the default form, by the later line that it names. */
  readonly #borrowed = new Map<number, number>();

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws {InputError} when another line bears the name. */
  take(line: number): string {
    const borrower = this.#borrowed.get(line);
    if (borrower !== undefined) throw this.#collision(borrower, line);
    const byte = line >> 3;
    if (byte >= this.#unnamed.length) {
      const grown = new Uint8Array(2 * byte);
      grown.set(this.#unnamed);
      this.#unnamed = grown;
    }
    this.#unnamed[byte] = (this.#unnamed[byte] ?? 0) | (1 << (line & 7));
    return `line-${line}`;
  }

  /** Notes a name that a line brings. @throws {InputError} when a line before is called so. */
  see(id: unknown, line: number): void {
    const named = typeof id === "string" ? Number(DEFAULT_ID.exec(id)?.[1] ?? 0) : 0;
    if (named === 0 || named === line) return;
    if (named > line) this.#borrowed.set(named, line);
    else if (((this.#unnamed[named >> 3] ?? 0) >> (named & 7)) & 1) throw this.#collision(line, named);
  }

  #collision(line: number, other: number): InputError {
    const problem = `The custom_id line-${other} is what line ${other}, which has none, is called. Choose another.`;
    return new InputError(this.#file, line, problem);
  }
}
