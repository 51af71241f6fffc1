import type { NumberedControls } from "./batch-controls.js";
import type { BatchEnd, Halt, Manifest, PartMark, Plan, Rejection } from "./batch-records.js";

/** All stored records of a batch. */
export interface BatchState {
  readonly manifest: Manifest;
  readonly plan: Plan | undefined;
  readonly rejection: Rejection | undefined;
  readonly halt: Halt | undefined;
  readonly controls: NumberedControls;
  readonly finalizing: { readonly at: number } | undefined;
  /** The latest: of the batch itself, or of the last of its retries in place that has ended. */
  readonly end: BatchEnd | undefined;
  /** Which end it is: 0 for that of the batch itself, n for that of its retry n. */
  readonly endNumber: number;
  /** The number of its latest retry in place; 0: there was none. */
  readonly retryNumber: number;
  /** A retry in place whose end is not recorded yet. */
  readonly retry: ActiveRetry | undefined;
  /** In the order of the input. Empty once the batch has ended: the files hold the lines then. */
  readonly parts: readonly PartMark[];
}

/** A retry in place that has begun: a batch of its own runs the lines again. */
export interface ActiveRetry {
  readonly number: number;
  /** `retry` of it is undefined: it is no batch that users know. */
  readonly batch: BatchState;
}
