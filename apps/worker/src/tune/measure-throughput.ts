import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { LanguageModel } from "@bullpen/contracts";
import { runSampleQuery } from "./sample-work.js";

/** The time of a measurement is cut into this many windows; how far they differ tells how far to trust it. */
const WINDOWS = 4;
/** A model whose slots have not all said something by then is too slow: times the measuring time, and at least. */
const LONGEST_WARM_UP = { factor: 3, ms: 20_000 };

/** One turn of the model: when it began and ended, in milliseconds, and what it generated. */
export interface TimedTurn {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly tokens: number;
}

type UnderWay = Pick<TimedTurn, "startedAt">;

/**
 * Generated tokens a second with every slot at work on agents' turns, one figure for each of four windows;
 * `undefined` when not even the first turns were over in reasonable time.
 */
export async function measureThroughput(
  model: LanguageModel,
  seconds: number,
): Promise<number[] | undefined> {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // every slot listens
  const turns: TimedTurn[] = [];
  const underWay = new Set<UnderWay>();
  const timed = timeTurns(model, turns, underWay);
  let next = 0;
  const work = async () => {
    while (!ending.signal.aborted) await runSampleQuery(timed, next++, ending.signal);
  };
  const failed = new AbortController();
  const loops = Array.from({ length: model.slots }, () =>
    work().catch((error: unknown) => {
      if (!ending.signal.aborted) failed.abort(error);
    }),
  );
  try {
    const warmBy = performance.now() + Math.max(seconds * 1_000 * LONGEST_WARM_UP.factor, LONGEST_WARM_UP.ms);
    while (turns.length < model.slots) {
      if (performance.now() > warmBy) return undefined;
      await sleep(20, undefined, { signal: failed.signal });
    }
    const startedAt = performance.now();
    await sleep(seconds * 1_000, undefined, { signal: failed.signal });
    const endedAt = performance.now();
    // A turn's tokens are known at its end: those that reach out of the measured time are waited for.
    while ([...underWay].some((turn) => turn.startedAt < endedAt))
      await sleep(20, undefined, { signal: failed.signal });
    return ratesIn(turns, startedAt, endedAt, WINDOWS);
  } finally {
    ending.abort();
    await Promise.all(loops);
  }
}

/** Tokens a second in `count` equal windows; a turn's tokens are spread evenly over its time. */
export function ratesIn(
  turns: readonly TimedTurn[],
  startedAt: number,
  endedAt: number,
  count: number,
): number[] {
  const length = (endedAt - startedAt) / count;
  return Array.from({ length: count }, (_, i) => {
    const from = startedAt + i * length;
    const tokens = turns.reduce((sum, turn) => {
      const inside = Math.min(turn.endedAt, from + length) - Math.max(turn.startedAt, from);
      return inside <= 0 ? sum : sum + (turn.tokens * inside) / (turn.endedAt - turn.startedAt);
    }, 0);
    return (tokens * 1_000) / length;
  });
}

function timeTurns(model: LanguageModel, turns: TimedTurn[], underWay: Set<UnderWay>): LanguageModel {
  return {
    name: model.name,
    slots: model.slots,
    contextTokens: model.contextTokens,
    close: () => model.close(),
    complete: async (request, signal) => {
      const turn = { startedAt: performance.now() };
      underWay.add(turn);
      try {
        const completion = await model.complete(request, signal);
        turns.push({ ...turn, endedAt: performance.now(), tokens: completion.usage.completion_tokens });
        return completion;
      } finally {
        underWay.delete(turn);
      }
    },
  };
}
