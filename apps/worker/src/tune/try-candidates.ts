import { type Candidate, isBetter, type Measurement, rateOf } from "./choose.js";

export interface TryOptions {
  readonly onGpu: boolean;
  /** The number of slots, where it is not to be searched for. */
  readonly slots: number | undefined;
  /** Numbers of threads to try, the one that the worker would take by itself first. */
  readonly threads: readonly [number, ...number[]];
  /** Measures a candidate; `undefined` when it does not fit into memory or is too slow to be measured. */
  readonly measure: (candidate: Candidate) => Promise<Measurement | undefined>;
}

/** Where the search begins: what mostly is about right. */
const FIRST_SLOTS = { cpu: 16, gpu: 32 };
const MOST_SLOTS = { cpu: 128, gpu: 256 };
const FEWEST_SLOTS = 2;

/**
 * Tries threads first, at one number of slots, then doubles the slots as long as that pays and halves them
 * as long as it costs nothing. Returns all that was measured.
 */
export async function tryCandidates(options: TryOptions): Promise<Measurement[]> {
  const { onGpu, measure } = options;
  const [defaultThreads, ...otherThreads] = options.threads;
  const place = onGpu ? "gpu" : "cpu";
  const measured: Measurement[] = [];
  const attempt = async (candidate: Candidate) => {
    const measurement = await measure(candidate);
    if (measurement) measured.push(measurement);
    return measurement;
  };
  let slots = options.slots ?? FIRST_SLOTS[place];
  const fewest = options.slots ?? FEWEST_SLOTS;
  let most = options.slots ?? MOST_SLOTS[place];
  let best: Measurement | undefined;
  for (; !best && slots >= fewest; slots /= 2) {
    best = await attempt({ slots, threads: defaultThreads });
    if (!best) most = slots / 2;
  }
  if (!best) return [];
  for (const threads of otherThreads) {
    const other = await attempt({ slots: best.slots, threads });
    if (other && rateOf(other) > rateOf(best)) best = other;
  }
  const { threads } = best;
  const start = best;
  for (let more = start.slots * 2; more <= most; more *= 2) {
    const other = await attempt({ slots: more, threads });
    if (!other || !isBetter(other, best)) break;
    best = other;
  }
  for (let fewer = start.slots / 2; best === start && fewer >= fewest; fewer /= 2) {
    const other = await attempt({ slots: fewer, threads });
    if (!other || isBetter(start, other)) break;
  }
  return measured;
}
