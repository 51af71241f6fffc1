/** The progress of something. */
export interface Step {
  /** 0 to 1; `undefined` while it is not known. */
  readonly fraction: number | undefined;
  /** The text after the bar. */
  readonly text: string;
}

/** Where progress is drawn. */
interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 24;
const DEFAULT_COLUMNS = 80;
const REDRAW_MS = 100;
const CLEAR_LINE = "\r\x1b[2K";

/** Without a terminal: a line at each tenth of the way or after 10 seconds, and never two within a second. */
const LINE_EVERY_MS = 10_000;
const LINE_PAUSE_MS = 1_000;

/** Shows how far something is: a bar on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #screen: Screen;
  #drawnAt: number;
  #drawn = "";
  #tenth = 0;

  /** @param screen default: standard error. */
  constructor(screen: Screen = process.stderr) {
    this.#screen = screen;
    this.#drawnAt = this.#beginning();
  }

  show(step: Step): void {
    const { fraction, text } = step;
    const now = performance.now();
    const since = now - this.#drawnAt;
    if (this.#screen.isTTY) {
      if (since < REDRAW_MS) return;
      this.#drawn = fit(fraction === undefined ? text : `${bar(fraction)} ${text}`, this.#screen.columns);
      this.#screen.write(CLEAR_LINE + this.#drawn);
    } else {
      const tenth = Math.floor((fraction ?? 0) * 10);
      if (since < LINE_PAUSE_MS || (since < LINE_EVERY_MS && tenth <= this.#tenth)) return;
      this.#tenth = tenth;
      this.#screen.write(`${fraction === undefined ? "" : `${percent(fraction)} `}${text}\n`);
    }
    this.#drawnAt = now;
  }

  /** A line that stays, above the bar. */
  say(message: string): void {
    this.#screen.write(this.#drawn === "" ? `${message}\n` : `${CLEAR_LINE}${message}\n${this.#drawn}`);
  }

  /** Removes the bar; the next step starts a new one. */
  clear(): void {
    if (this.#drawn !== "") this.#screen.write(CLEAR_LINE);
    this.#drawn = "";
    this.#drawnAt = this.#beginning();
    this.#tenth = 0;
  }

  /** On a terminal the bar shows at once. Elsewhere nothing is printed for work under a second. */
  #beginning(): number {
    return this.#screen.isTTY ? Number.NEGATIVE_INFINITY : performance.now();
  }
}

function bar(fraction: number): string {
  const filled = Math.round(Math.min(Math.max(fraction, 0), 1) * BAR_WIDTH);
  return `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${percent(fraction)}`;
}

/** Never 100 % before the end. */
function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)}%`.padStart(4);
}

/** A line that wraps could not be removed again. Some terminals report 0 columns. */
function fit(text: string, columns: number | undefined): string {
  const characters = [...text];
  const room = columns || DEFAULT_COLUMNS;
  return characters.length < room ? text : `${characters.slice(0, room - 2).join("")}…`;
}
