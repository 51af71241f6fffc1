import { now } from "../history.js";

/** A fault that has happened, with what proves that it did. Times are those of the history: {@link now}. */
export interface InjectedFault {
  readonly kind: string;
  /** The id of the process that it was aimed at; `redis` when it concerned all of them. */
  readonly target: number | "redis";
  readonly from: number;
  readonly until: number;
  /** Writes acknowledged between this time and the fault may be lost: the loss that the AOF of Redis allows. */
  readonly lossFrom?: number;
  readonly proof: string;
}

/** A fault was injected and had no effect. */
export class FaultDidNotOccurError extends Error {
  override readonly name = "FaultDidNotOccurError";
}

/** Runs a fault and times it. `inject` returns the proof, or throws {@link FaultDidNotOccurError}. */
export async function injectFault(
  kind: string,
  target: number | "redis",
  inject: () => Promise<string>,
  lossFrom?: () => number,
): Promise<InjectedFault> {
  const from = now();
  const proof = await inject();
  const loss = lossFrom && { lossFrom: lossFrom() };
  return { kind, target, from, until: now(), proof, ...loss };
}
