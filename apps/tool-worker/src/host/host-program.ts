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
  log(level: HostLogLevel, text: string): void;
  /** Tells the parent what has changed. */
  tell(news: unknown): void;
  /** Takes no more calls, and ends with the last of those in hand. */
  wearOut(reason: string): void;
}

/** What a program's module exports as `start`. Its rejection is why the host cannot start. */
export type StartHostProgram = (settings: unknown, side: HostSide) => Promise<HostProgram>;

/** What a host logs to; pino's loggers are such. */
export type HostLogger = Readonly<Record<HostLogLevel, (fields: object, text: string) => void>>;
export type HostLogLevel = "debug" | "info" | "warn" | "error";

/** The tool-worker's log, for what runs hosts of its own within a host. */
export function loggerOf(side: HostSide): HostLogger {
  const at = (level: HostLogLevel) => (fields: object, text: string) =>
    side.log(level, `${text} ${JSON.stringify(fields)}`);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
