import type { HistoryWriter } from "../history.js";

/** Where a worker can be killed or stopped: around the model's turn and around each write that follows from it. */
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

/** Where a tool-worker can be killed or stopped: around the tool and around the write of its outcome. */
export const TOOL_WORKER_BOUNDARIES = ["tool:before", "tool:after", "finish:before", "finish:after"] as const;

/** `kill` is SIGKILL; `stop` is SIGSTOP, to be continued by the test. */
type FaultAction = "kill" | "stop";

/** What a process is to do to itself, and where. */
export interface ArmedFault {
  readonly boundary: string;
  readonly action: FaultAction;
  /** The crossing of the boundary at which it happens, counted from 1. */
  readonly crossings: number;
}

/** Kills or stops its own process at the boundary that it is armed for, after recording that in the history. */
export class FaultPoint {
  readonly #history: HistoryWriter;
  #armed: ArmedFault | undefined;
  #crossings = 0;

  constructor(history: HistoryWriter, armed?: ArmedFault) {
    this.#history = history;
    this.#armed = armed;
  }

  arm(armed: ArmedFault | undefined): void {
    this.#armed = armed;
    this.#crossings = 0;
  }

  cross(boundary: string): void {
    const armed = this.#armed;
    if (armed?.boundary !== boundary || ++this.#crossings < armed.crossings) return;
    this.#armed = undefined;
    this.#history.write({ type: "boundary", boundary, action: armed.action });
    process.kill(process.pid, armed.action === "kill" ? "SIGKILL" : "SIGSTOP");
  }
}
