import { url as inspectorUrl } from "node:inspector";
import { Worker } from "node:worker_threads";

/** What the process and its watchdog thread share: the places of an `Int32Array`. */
export const SHARED = {
  /** Counts the turns of the event loop. */
  BEATS: 0,
  /** 1 while a debugger may hold the event loop. */
  DEBUGGED: 1,
  /** Seconds that the stop may take, once there is one. */
  STOP_SECONDS: 2,
} as const;

/** How often the event loop shows that it runs, and how often the thread checks. */
export const TICK_MS = 1_000;

export interface WatchdogData {
  readonly app: string;
  readonly patienceSeconds: number;
  /** The process that started this one; absent where nobody supervises it. */
  readonly parentPid: number | undefined;
  readonly shared: Int32Array<SharedArrayBuffer>;
}

export interface WatchdogOptions {
  /** What the process is called in the line that says why it ended. */
  readonly app: string;
  /** How long the event loop may be blocked. */
  readonly patienceSeconds: number;
  /** Called when there is no thread, or no longer: the process goes on without one. */
  readonly onError: (error: unknown) => void;
}

export interface Watchdog {
  /** From now on the process has so long to end. */
  limitStop(seconds: number): void;
}

/**
 * Ends this process by SIGKILL when its event loop has been blocked for too long: a regular expression without an
 * end, an endless loop, a deadlock in native code. Such a process answers nothing and cannot end itself, so a
 * thread beside it does, after one log line with the stack of the main thread. Whoever supervises the process
 * starts it again.
 *
 * The thread counts its own ticks, one a second, and not the clock: a process that is stopped, a machine that is
 * suspended or has no CPU time to give holds up the thread as well. While an inspector listens, nothing is ended.
 *
 * The kernel keeps a process from killing itself while it is the first of its container: run it there below an
 * init (`docker run --init`, `init: true`).
 */
export function startWatchdog({ app, patienceSeconds, onError }: WatchdogOptions): Watchdog {
  const shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * 3));
  const beat = () => {
    Atomics.add(shared, SHARED.BEATS, 1);
    Atomics.store(shared, SHARED.DEBUGGED, inspectorUrl() === undefined ? 0 : 1);
  };
  beat();
  setInterval(beat, TICK_MS).unref();
  const parentPid = process.send ? process.ppid : undefined;
  try {
    const thread = new Worker(new URL("./watchdog-thread.js", import.meta.url), {
      name: "watchdog",
      workerData: { app, patienceSeconds, parentPid, shared } satisfies WatchdogData,
      execArgv: [],
    });
    thread.on("error", onError);
    thread.unref();
  } catch (error) {
    onError(error); // Node's permission model refuses threads without --allow-worker
  }
  return {
    limitStop: (seconds) => void Atomics.store(shared, SHARED.STOP_SECONDS, Math.max(1, Math.ceil(seconds))),
  };
}
