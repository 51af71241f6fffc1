import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { StartupError } from "@bullpen/runtime";

const BINARIES = ["redis-server", "valkey-server"] as const;

/** Between finding a free port and using it, another process may take it. */
const PORT_ATTEMPTS = 5;

const START_TIMEOUT_MS = 60_000;

export interface EmbeddedRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The name of a Redis or Valkey server on the PATH. */
export function findRedisBinary(): string | undefined {
  return BINARIES.find((binary) => spawnSync(binary, ["--version"]).status === 0);
}

/**
 * A Redis of our own on the loopback interface: append-only file fsynced every second, nothing ever
 * evicted, data kept under `folder`.
 *
 * @param port default: any free one.
 * @param more settings of `redis.conf` besides.
 *
 * @throws {StartupError} when there is no server binary, or it does not start.
 */
export async function startEmbeddedRedis(
  folder: string,
  port?: number,
  more: Readonly<Record<string, string>> = {},
): Promise<EmbeddedRedis> {
  const binary = findRedisBinary();
  if (!binary) {
    throw new StartupError(
      "There is no redis-server or valkey-server on this machine. Install one (Debian, Ubuntu: apt-get install redis-server), or set REDIS_URL.",
    );
  }
  await mkdir(folder, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(binary, port ?? (await freePort()), folder, more);
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function startOn(
  binary: string,
  port: number,
  folder: string,
  more: Readonly<Record<string, string>>,
): Promise<EmbeddedRedis> {
  const settings = {
    port: String(port),
    bind: "127.0.0.1",
    dir: folder,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    "maxmemory-policy": "noeviction",
    // A listpack of this size saves 15 to 30 % on a job's hash.
    "hash-max-listpack-value": "4096",
    ...more,
  };
  const child = spawn(
    binary,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    // A process group of its own: Ctrl-C reaches us, and we stop Redis last.
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  await untilReady(child, binary);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    stop: () => stopChild(child),
  };
}

async function untilReady(child: ChildProcess, binary: string): Promise<void> {
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
      child.once("error", reject);
      child.once("exit", () =>
        reject(new StartupError(`${binary} did not start:\n${log.trim().split("\n").slice(-5).join("\n")}`)),
      );
    });
  } finally {
    clearTimeout(timer);
  }
  // Its log is not read any further; a full pipe would block it.
  child.stdout?.removeAllListeners("data").resume();
  child.stderr?.removeAllListeners("data").resume();
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
