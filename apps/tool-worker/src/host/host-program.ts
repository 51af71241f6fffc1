/** What a host runs: others' code, or work on others' text that may never end. */
export interface HostProgram {
  /** Told to the parent once it can take calls; JSON. */
  readonly info: unknown;
  /** Runs one call; call and result are JSON. What it rejects with is told to the parent by its message. */
  run(call: unknown, signal: AbortSignal): Promise<unknown>;
  /** Ends in order what would otherwise be killed. */
  close?(): Promise<void>;
}

/** A host as its program sees it. */
export interface HostSide {
  /** Writes to the tool-worker's log. */
  log(level: "debug" | "info" | "warn" | "error", text: string): void;
  /** Tells the parent what has changed. */
  tell(news: unknown): void;
  /** Takes no more calls, and ends with the last of those in hand. */
  wearOut(reason: string): void;
}

/** What a program's module exports as `start`. Its rejection is why the host cannot start. */
export type StartHostProgram = (settings: unknown, side: HostSide) => Promise<HostProgram>;
