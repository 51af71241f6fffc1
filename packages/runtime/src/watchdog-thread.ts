// The thread of `startWatchdog`: ends the process when its event loop is blocked.
import { writeSync } from "node:fs";
import { type Debugger, Session } from "node:inspector";
import { workerData } from "node:worker_threads";
import { SHARED, TICK_MS, type WatchdogData } from "./watchdog.js";

/** How long the event loop may be blocked once the parent is gone: nobody waits for this process any more. */
const ORPHAN_PATIENCE_SECONDS = 5;

/** How long the main thread gets to show its stack. Code that is not JavaScript never does. */
const STACK_TIMEOUT_MS = 2_000;

const MAX_FRAMES = 20;

// `startWatchdog` is the only one that starts this thread, and its data has this type.
const { app, patienceSeconds, parentPid, shared } = workerData as WatchdogData;

let lastBeats = -1;
/** Ticks since the event loop turned last. */
let still = 0;
/** Ticks since the stop began. */
let stopping = 0;

const timer = setInterval(() => {
  const beats = Atomics.load(shared, SHARED.BEATS);
  const turned = beats !== lastBeats || Atomics.load(shared, SHARED.DEBUGGED) === 1;
  lastBeats = beats;
  still = turned ? 0 : still + 1;
  const stopSeconds = Atomics.load(shared, SHARED.STOP_SECONDS);
  if (stopSeconds > 0) stopping++;
  if (stopSeconds > 0 && stopping > stopSeconds) void end(`the process did not stop within ${stopSeconds} s`);
  else if (still >= patience()) void end(`the event loop has not turned for ${still} s`);
}, TICK_MS);

function patience(): number {
  const isOrphan = parentPid !== undefined && process.ppid !== parentPid;
  return isOrphan ? Math.min(ORPHAN_PATIENCE_SECONDS, patienceSeconds) : patienceSeconds;
}

async function end(what: string): Promise<void> {
  clearInterval(timer);
  const stack = await mainThreadStack();
  const record = {
    level: 60,
    time: new Date().toISOString(),
    app,
    pid: process.pid,
    ...(stack.length > 0 && { stack }),
    msg: `${what}: it is killed, so that it is started again`,
  };
  try {
    writeSync(2, `${JSON.stringify(record)}\n`);
  } catch {
    // nobody reads the log, or it has no room: the process ends all the same
  }
  process.kill(process.pid, "SIGKILL");
}

/** Where the main thread is, innermost call first; empty when it cannot be told. */
function mainThreadStack(): Promise<string[]> {
  return new Promise((resolve) => {
    setTimeout(() => resolve([]), STACK_TIMEOUT_MS);
    try {
      const session = new Session();
      session.connectToMainThread();
      const urls = new Map<string, string>(); // a call frame names its script by id
      session.on("Debugger.scriptParsed", ({ params }) => void urls.set(params.scriptId, params.url));
      session.on("Debugger.paused", ({ params }) => {
        const frames = params.callFrames.slice(0, MAX_FRAMES);
        resolve(frames.map((frame) => describe(frame, urls.get(frame.location.scriptId) ?? "")));
      });
      session.post("Debugger.enable");
      session.post("Debugger.pause");
    } catch {
      resolve([]); // Node's permission model may refuse it
    }
  });
}

function describe({ functionName, location }: Debugger.CallFrame, url: string): string {
  return `${functionName || "<anonymous>"} (${url}:${location.lineNumber + 1})`;
}
