import { type ChildProcess, spawn } from "node:child_process";

/**
 * Reads the id of a process group, then waits for `gone`. When the pipe ends first, the worker was killed: the group is
 * told to stop, and killed after $1 seconds; then the folder $2 is removed.
 */
const SCRIPT = `
PATH=/usr/bin:/bin
read -r group || exit 0
while read -r line; do [ "$line" = gone ] && exit 0; done
kill -TERM "-$group" 2>/dev/null
n=0
while kill -0 "-$group" 2>/dev/null && [ $n -lt "$1" ]; do sleep 1; n=$((n + 1)); done
kill -KILL "-$group" 2>/dev/null
rm -rf -- "$2"
`;

/** How long a server may take to stop when its worker was killed. */
const GRACE_SECONDS = 5;

/** Ends a process group when this process ends without doing so: a `kill -9` leaves no server on the GPUs. */
export class ProcessGuard {
  readonly #shell: ChildProcess;

  /** @param folder what it removes after the group. */
  constructor(folder: string) {
    const args = ["-c", SCRIPT, "bullpen-vllm-guard", String(GRACE_SECONDS), folder];
    this.#shell = spawn("/bin/sh", args, {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true, // what ends the worker's group must not end it
    });
    this.#shell.on("error", () => {}); // without a shell the server runs unguarded
    this.#shell.stdin?.on("error", () => {});
    this.#shell.unref();
  }

  watch(group: number): void {
    this.#shell.stdin?.write(`${group}\n`);
  }

  /** The group has ended; the guard goes too. */
  end(): void {
    this.#shell.stdin?.end("gone\n");
  }
}
