import { now } from "../history.js";

/** A fault that has happened, with what proves that it did. Times are those of the history: {@link now}. */
export interface Bite {
  readonly kind: string;
  /** Process that was hit; `redis` for all of them. */
  readonly hit: number | "redis";
  readonly from: number;
  readonly until: number;
  /** What was acknowledged from here to the fault may be lost: the loss that Redis' AOF allows. */
  readonly lossFrom?: number;
  readonly proof: string;
}

/** An instrument did not do what it is there for. */
export class DidNotBiteError extends Error {
  override readonly name = "DidNotBiteError";
}

/** Runs a fault and times it. `hurt` returns the proof, or throws {@link DidNotBiteError}. */
export async function bite(
  kind: string,
  hit: number | "redis",
  hurt: () => Promise<string>,
  lossFrom?: () => number,
): Promise<Bite> {
  const from = now();
  const proof = await hurt();
  const loss = lossFrom && { lossFrom: lossFrom() };
  return { kind, hit, from, until: now(), proof, ...loss };
}
