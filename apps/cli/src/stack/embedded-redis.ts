import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "@bullpen/base/free-port";
import { StartupError } from "@bullpen/runtime";

const BINARIES = ["redis-server", "valkey-server"] as const;

/** Attempts to start: between finding a free port and using it, another process may take it. */
const PORT_ATTEMPTS = 5;

const START_TIMEOUT_MS = 60_000;

/** How long Redis may take to write the rest of its file. */
const STOP_TIMEOUT_MS = 10_000;

export interface EmbeddedRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Why it ended, once it has. */
  readonly ended: Promise<string>;
  /** Asks it to stop, kills it where that takes too long, and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends it at once. What it has acknowledged is with the operating system, and so not lost. */
  kill(): void;
}

export interface RedisOptions {
  readonly folder: string;
  /** Default: any free one. */
  readonly port?: number | undefined;
  /** Further settings of `redis.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Kills it while it starts. */
  readonly signal?: AbortSignal;
  readonly onProcess?: (pid: number, event: "started" | "gone") => void;
}

/** The name of a Redis or Valkey server on the PATH. */
function findRedisBinary(): string | undefined {
  return BINARIES.find((binary) => spawnSync(binary, ["--version"]).status === 0);
}

/**
 * A Redis of our own on the loopback interface: append-only file fsynced every second, nothing ever
 * evicted, data kept under `folder`.
 *
 * @throws {StartupError} when there is no server binary, or it does not start.
 */
export async function startEmbeddedRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  const binary = findRedisBinary();
  if (!binary) {
    throw new StartupError(
      "There is no redis-server or valkey-server on this machine. Install one (Debian, Ubuntu: apt-get install redis-server), or set REDIS_URL.",
    );
  }
  await mkdir(options.folder, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(binary, options.port ?? (await freePort()), options);
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function startOn(
  binary: string,
  port: number,
  { folder, settings, signal, onProcess }: RedisOptions,
): Promise<EmbeddedRedis> {
  const all = {
    port: String(port),
    bind: "127.0.0.1",
    dir: folder,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    "maxmemory-policy": "noeviction",
    // A listpack of this size saves 15 to 30 % on a job's hash.
    "hash-max-listpack-value": "4096",
    ...settings,
  };
  const child = spawn(
    binary,
    Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
    // A process group of its own: Ctrl-C reaches us, and we stop Redis last.
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      ...(signal && { signal }),
      killSignal: "SIGKILL",
    },
  );
  const { pid = 0 } = child;
  if (pid > 0) onProcess?.(pid, "started");
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, name) => {
      onProcess?.(pid, "gone");
      resolve(name ?? `exit code ${code}`);
    });
  });
  await untilReady(child, binary, folder);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    ended,
    stop: () => stopChild(child),
    kill: () => void child.kill("SIGKILL"),
  };
}

async function untilReady(child: ChildProcess, binary: string, folder: string): Promise<void> {
  let log = "";
  const timer = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes("Ready to accept connections")) resolve();
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.on("error", reject); // also of a signal that comes later, which then changes nothing
      // Not "exit": that may come before the last lines of the log.
      child.once("close", () => reject(new StartupError(whyNotStarted(binary, folder, log))));
    });
  } finally {
    clearTimeout(timer);
  }
  // Its log is not read any further; a full pipe would block it.
  child.stdout?.removeAllListeners("data").resume();
  child.stderr?.removeAllListeners("data").resume();
}

/** Process, role, time and level before each line of Redis' log. */
const LOG_PREFIX = /^\d+:\w \d+ \w+ \d+ [\d:.]+ [#*.-] /;

/** What each start says, with a process id that differs. */
const BANNER = /Redis is starting|just started|Valkey is starting|Configuration loaded/;

function whyNotStarted(binary: string, folder: string, log: string): string {
  const lines = log
    .trim()
    .split("\n")
    .map((line) => line.replace(LOG_PREFIX, ""))
    .filter((line) => !BANNER.test(line));
  const lastLines = lines.slice(-5).join("\n");
  if (/bad file format reading the append only file/i.test(log)) {
    const files = join(folder, "appendonlydir");
    return (
      `Redis cannot read its files in ${files}: they are damaged. Make a copy of that folder, then run\n` +
      `  redis-check-aof --fix ${join(files, "appendonly.aof.manifest")}\n` +
      `which cuts off what follows the damage, and start again. Redis said:\n${lastLines}`
    );
  }
  return `${binary} did not start in ${folder}:\n${lastLines}`;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}
