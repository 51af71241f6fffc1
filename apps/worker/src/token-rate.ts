/** Tokens a second over the last half minute. */
const WINDOW_MS = 30_000;

/** How fast a count grows, measured over the last half minute. */
export class TokenRate {
  readonly #now: () => number;
  readonly #samples: { readonly at: number; readonly total: number }[];

  /** @param now milliseconds that only go forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#samples = [{ at: now(), total: 0 }];
  }

  /** Notes the count and returns its growth a second, since half a minute ago or the first sample. */
  perSecond(total: number): number {
    const at = this.#now();
    this.#samples.push({ at, total });
    // The oldest sample that is kept may be older than the window: it is where the window begins.
    while ((this.#samples[1]?.at ?? at) <= at - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    if (!first || at <= first.at) return 0;
    return ((total - first.total) * 1_000) / (at - first.at);
  }
}
