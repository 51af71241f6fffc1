import { readFileSync } from "node:fs";
import { STOP_SIGNALS } from "@bullpen/runtime";

/** What tells a command that runs in the foreground to end. */
export interface Interrupts {
  /** Aborted at the first Ctrl-C, signal, closed terminal or end of the npm that started the command. */
  readonly stop: AbortSignal;
  /** Aborted at the second Ctrl-C or signal: every process that has not stopped yet is killed. */
  readonly kill: AbortSignal;
}

interface InterruptOptions {
  /** Whether npm started this process. It must not outlive npm, which passes some signals on and dies of others. */
  readonly startedByNpm: boolean;
}

/** A second signal within this time is the same one: npm passes on what the terminal sent to both processes. */
const SAME_SIGNAL_MS = 500;

/** Killed processes end at once. If anything else keeps this process alive, it exits after this time. */
const KILL_TIMEOUT_MS = 5_000;

const PARENT_CHECK_MS = 500;

/** Watches every event that can end this process, for as long as it runs. */
export function followInterrupts({ startedByNpm }: InterruptOptions): Interrupts {
  const stop = new AbortController();
  const kill = new AbortController();
  let firstAt = 0;
  const stopOnce = () => {
    if (stop.signal.aborted) return;
    firstAt = performance.now();
    stop.abort();
  };
  const onSignal = () => {
    if (!stop.signal.aborted) stopOnce();
    else if (kill.signal.aborted) process.exit(130);
    else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
      kill.abort();
      setTimeout(() => process.exit(130), KILL_TIMEOUT_MS).unref();
    }
  };
  // A closed terminal sends SIGHUP and refuses what is written: neither counts as a second Ctrl-C.
  for (const signal of STOP_SIGNALS) process.on(signal, signal === "SIGHUP" ? stopOnce : onSignal);
  followOutput(stopOnce);
  if (startedByNpm) followNpm(stopOnce);
  return { stop: stop.signal, kill: kill.signal };
}

/** Ends the command when the terminal or the reader of its output has gone. A full disk does not end it. */
function followOutput(onGone: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE" || error.code === "EIO") onGone();
    });
  }
}

function followNpm(onGone: () => void): void {
  const npm = findNpm();
  const timer = setInterval(() => {
    if (findNpm() === npm) return;
    clearInterval(timer);
    onGone();
  }, PARENT_CHECK_MS);
  timer.unref();
}

/** npm runs a script through a shell, which the script may replace: npm is the parent or the grandparent. */
function findNpm(): number {
  const parent = process.ppid;
  try {
    if (!readFileSync(`/proc/${parent}/cmdline`, "utf8").startsWith("sh\0-c\0")) return parent;
    // pid, name in brackets, state, parent
    const [, grandparent] = /\) \w (\d+) /.exec(readFileSync(`/proc/${parent}/stat`, "utf8")) ?? [];
    return Number(grandparent ?? parent);
  } catch {
    return parent; // no such file: no Linux, or the parent has just ended
  }
}

/** For a command with nothing to stop: resolves at the first Ctrl-C or SIGTERM; the next one ends the process. */
export function untilInterrupted(): Promise<void> {
  return new Promise((done) => {
    const interrupt = () => {
      done();
      process.once("SIGINT", () => process.exit(130));
      process.once("SIGTERM", () => process.exit(143));
    };
    process.once("SIGINT", interrupt);
    process.once("SIGTERM", interrupt);
  });
}
