/** Tokens a second over the last half minute. */
const WINDOW_MS = 30_000;

/** How fast a count grows, as seen by those who look at it every few seconds. */
export class TokenRate {
  readonly #now: () => number;
  readonly #looks: { readonly at: number; readonly total: number }[];

  /** @param now milliseconds that only go forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#looks = [{ at: now(), total: 0 }];
  }

  /** Notes the count and returns its growth a second, since half a minute ago or the first look. */
  perSecond(total: number): number {
    const at = this.#now();
    this.#looks.push({ at, total });
    // The oldest look that is kept may be older than the window: it is where the window begins.
    while ((this.#looks[1]?.at ?? at) <= at - WINDOW_MS) this.#looks.shift();
    const first = this.#looks[0];
    if (!first || at <= first.at) return 0;
    return ((total - first.total) * 1_000) / (at - first.at);
  }
}
