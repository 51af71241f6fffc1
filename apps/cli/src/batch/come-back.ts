import { type ConnectionOptions, describeConnection } from "../connect.js";
import { shellQuoted } from "../output/shell-quoted.js";

/** The commands that continue with a batch, as the user types them. */
export class ComeBack {
  readonly #id: string;
  /** The options that lead to the api, as the user gave them. */
  readonly #connection: string;

  constructor(id: string, connection: ConnectionOptions) {
    this.#id = id;
    this.#connection = describeConnection(connection);
  }

  get watch(): string {
    return this.#command("status", "--watch");
  }

  get cancel(): string {
    return this.#command("cancel");
  }

  /** @param output the file that results went to already. */
  results(output?: string): string {
    return output === undefined
      ? this.#command("results", "-o results.jsonl")
      : this.#command("results", `-o ${shellQuoted(output)} --resume`);
  }

  /** The commands for somebody who leaves a batch running. */
  describe(output?: string): string {
    const rows = [
      [this.watch, "its progress"],
      [this.results(output), "its results so far"],
      [this.cancel, "ends it"],
    ];
    const width = Math.max(...rows.map(([command = ""]) => command.length));
    return rows.map(([command = "", what]) => `  ${command.padEnd(width)}   ${what}`).join("\n");
  }

  #command(name: string, options = ""): string {
    return `npx bullpen batch ${name} ${this.#id}${options && ` ${options}`}${this.#connection}`;
  }
}
