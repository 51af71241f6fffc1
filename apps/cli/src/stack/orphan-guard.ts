import { type ChildProcess, spawn } from "node:child_process";

interface OrphanGuardOptions {
  /** How long the processes may take to stop before they are killed. */
  readonly graceSeconds: number;
}

/** How long Redis may take to write the rest of its file. */
const REDIS_SECONDS = 10;

/**
 * Reads `app <pid>`, `redis <pid>` and `gone <pid>`, a line each, until the stack is gone. The processes of the
 * stack are then told to stop, those that do not are killed with all that they started, and Redis is ended.
 */
const SCRIPT = `
without() { rest=; for pid in $1; do [ "$pid" = "$2" ] || rest="$rest $pid"; done; echo "$rest"; }
alive() { # what has ended, and whose new parent does not ask for it, stays as a zombie
  kill -0 "$1" 2>/dev/null || return 1
  [ -r "/proc/$1/stat" ] || return 0
  read -r _ _ state _ <"/proc/$1/stat" && [ "$state" != Z ]
}
any() { for pid in $1; do alive "$pid" && return 0; done; return 1; }
wait_for() { n=0; while any "$1" && [ $n -lt "$2" ]; do sleep 1; n=$((n + 1)); done; }
PATH=/usr/bin:/bin
apps= redis=
while read -r what pid; do
  case $what in
    app) apps="$apps $pid" ;;
    redis) redis="$redis $pid" ;;
    gone) apps=$(without "$apps" "$pid"); redis=$(without "$redis" "$pid") ;;
  esac
done
for pid in $apps; do kill -TERM "$pid" 2>/dev/null; done
wait_for "$apps" "$1"
for pid in $apps; do kill -KILL "-$pid" 2>/dev/null; done
for pid in $redis; do kill -TERM "$pid" 2>/dev/null; done
wait_for "$redis" "$2"
for pid in $redis; do kill -KILL "$pid" 2>/dev/null; done
`;

/**
 * Ends the processes of a stack whose own process was killed. A small process does that; it notices the end of the
 * stack by the end of the pipe between them.
 */
export class OrphanGuard {
  readonly #shell: ChildProcess;

  constructor({ graceSeconds }: OrphanGuardOptions) {
    const args = ["-c", SCRIPT, "bullpen-orphan-guard", String(graceSeconds), String(REDIS_SECONDS)];
    this.#shell = spawn("/bin/sh", args, {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true, // what is sent to the group of the stack's terminal must not end it
    });
    this.#shell.on("error", () => {}); // without a shell the stack runs unguarded
    this.#shell.stdin?.on("error", () => {});
    this.#shell.unref();
  }

  started(kind: "app" | "redis", pid: number): void {
    this.#shell.stdin?.write(`${kind} ${pid}\n`);
  }

  gone(pid: number): void {
    this.#shell.stdin?.write(`gone ${pid}\n`);
  }

  /** Ends the guard, which ends the processes that are left. */
  end(): void {
    this.#shell.stdin?.end();
  }
}
