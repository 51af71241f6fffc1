import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Redis } from "ioredis";
import { connectRedis } from "../connection/connect.js";

export interface TestRedis {
  readonly redis: Redis;
  /** The path of its Unix socket, which is what `connectRedis` takes as a URL. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A Redis or Valkey server for one unit test file, with nothing on disk: on a Unix socket, so that no two of them
 * want the same port.
 */
export async function startTestRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-redis-"));
  const url = join(folder, "redis.sock");
  const binary = ["redis-server", "valkey-server"].find(
    (name) => spawnSync(name, ["--version"]).status === 0,
  );
  if (!binary) throw new Error("There is no redis-server or valkey-server on this machine.");
  const settings = ["--port", "0", "--unixsocket", url, "--save", "", "--appendonly", "no"];
  const child = spawn(binary, settings, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  for await (const line of createInterface(child.stdout)) {
    if (/Ready to accept connections/i.test(line)) break;
  }
  child.stdout.resume(); // a full pipe would block it
  const redis = await connectRedis({ url, whenAway: "wait" });
  return {
    redis,
    url,
    stop: async () => {
      redis.disconnect();
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
