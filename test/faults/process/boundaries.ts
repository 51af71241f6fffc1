import type { HistoryWriter } from "../history.js";

/** Where a worker can be struck: around the model's turn and around each write that follows from it. */
export const WORKER_BOUNDARIES = [
  "model:before",
  "model:after",
  "turn:before",
  "turn:after",
  // Adding the tool's job.
  "enqueue:before",
  "enqueue:after",
  // Moving the query's own job to where it waits for the tool's.
  "wait:before",
  "wait:after",
  "observation:before",
  "observation:after",
  "end:before",
  "end:after",
  "finish:before",
  "finish:after",
] as const;

/** Where a tool-worker can be struck: around the tool and around the write of its outcome. */
export const TOOL_WORKER_BOUNDARIES = ["tool:before", "tool:after", "finish:before", "finish:after"] as const;

/** `kill` is SIGKILL; `stop` is SIGSTOP, to be continued by the test. */
export type Deed = "kill" | "stop";

export interface Strike {
  readonly boundary: string;
  readonly deed: Deed;
  /** Crossings of the boundary until the process strikes itself, this one included. */
  readonly crossings: number;
}

/** Strikes its own process at the boundary that it is armed for, and writes that down first. */
export class Striker {
  readonly #history: HistoryWriter;
  #strike: Strike | undefined;
  #crossings = 0;

  constructor(history: HistoryWriter, strike?: Strike) {
    this.#history = history;
    this.#strike = strike;
  }

  arm(strike: Strike | undefined): void {
    this.#strike = strike;
    this.#crossings = 0;
  }

  cross(boundary: string): void {
    const strike = this.#strike;
    if (strike?.boundary !== boundary || ++this.#crossings < strike.crossings) return;
    this.#strike = undefined;
    this.#history.write({ type: "boundary", boundary, deed: strike.deed });
    process.kill(process.pid, strike.deed === "kill" ? "SIGKILL" : "SIGSTOP");
  }
}
