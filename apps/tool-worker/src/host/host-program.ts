/** The program of a host: foreign code, or work on foreign text that may never end. */
export interface HostProgram {
  /** Sent to the parent once the program can take calls; JSON. */
  readonly info: unknown;
  /** Runs one call; call and result are JSON. The parent gets the message of a rejection. */
  run(call: unknown, signal: AbortSignal): Promise<unknown>;
  /** Closes resources before the host ends. */
  close?(): Promise<void>;
}

/** The host, as its program uses it. */
export interface HostSide {
  /** Writes to the tool-worker's log. */
  log(level: HostLogLevel, text: string): void;
  /** Sends information to the parent between calls. */
  tell(news: unknown): void;
  /** Takes no more calls, and ends with the last active one. */
  wearOut(reason: string): void;
}

/** The export `start` of a program's module. A rejection tells why the host cannot start. */
export type StartHostProgram = (settings: unknown, side: HostSide) => Promise<HostProgram>;

/** The log of a host, such as a pino logger. */
export type HostLogger = Readonly<Record<HostLogLevel, (fields: object, text: string) => void>>;
export type HostLogLevel = "debug" | "info" | "warn" | "error";

/** The tool-worker's log, for a program that runs hosts of its own. */
export function loggerOf(side: HostSide): HostLogger {
  const at = (level: HostLogLevel) => (fields: object, text: string) =>
    side.log(level, `${text} ${JSON.stringify(fields)}`);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
