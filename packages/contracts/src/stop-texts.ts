/** Where the first of some texts begins in a text; `undefined` if none is in it. */
export function findStop(text: string, stops: readonly string[], from = 0): number | undefined {
  const places = stops.map((stop) => text.indexOf(stop, from)).filter((place) => place >= 0);
  return places.length > 0 ? Math.min(...places) : undefined;
}

/** The text up to the first of the stops. */
export function cutAtStop(text: string, stops: readonly string[]): string {
  return text.slice(0, findStop(text, stops));
}

/**
 * Passes a text on piece by piece up to the first of the stops. What may be the beginning of a stop is held back until
 * it is known.
 */
export class StopFilter {
  readonly #stops: readonly string[];
  #held = "";
  #isOver = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** Takes the next piece. Returns what may be passed on. */
  push(piece: string): string {
    if (this.#isOver) return "";
    const text = this.#held + piece;
    const stop = findStop(text, this.#stops);
    this.#isOver = stop !== undefined;
    const end = stop ?? text.length - this.#begun(text);
    this.#held = text.slice(end);
    return text.slice(0, end);
  }

  /** How many characters at the end of a text begin a stop. */
  #begun(text: string): number {
    const longest = Math.max(0, ...this.#stops.map((stop) => stop.length - 1));
    for (let length = Math.min(longest, text.length); length > 0; length--) {
      if (this.#stops.some((stop) => stop.startsWith(text.slice(-length)))) return length;
    }
    return 0;
  }
}
