const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_REST_OF_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
const DEFAULT_SIZE = { columns: 80, rows: 24 };

/** Where the screen is drawn. */
interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** A screen of its own on a terminal, which is as before once it is closed. */
export class FullScreen {
  readonly #terminal: Terminal;

  /** @param terminal default: standard output. */
  constructor(terminal: Terminal = process.stdout) {
    this.#terminal = terminal;
    terminal.write(ENTER);
  }

  /** Draws lines, cut where they do not fit; what fits below the screen is left out. */
  draw(lines: readonly string[]): void {
    // Some terminals report 0.
    const columns = this.#terminal.columns || DEFAULT_SIZE.columns;
    const rows = this.#terminal.rows || DEFAULT_SIZE.rows;
    const shown = lines
      .slice(0, rows)
      .map((line) => [...line].slice(0, columns).join("") + CLEAR_REST_OF_LINE);
    this.#terminal.write(HOME + shown.join("\r\n") + CLEAR_BELOW);
  }

  close(): void {
    this.#terminal.write(LEAVE);
  }
}
