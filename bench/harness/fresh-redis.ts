import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedRedis, startEmbeddedRedis } from "@bullpen/cli/stack/embedded-redis";
import { connectRedis, type Redis } from "@bullpen/redis";

export interface FreshRedis {
  readonly url: string;
  readonly connection: Redis;
  stop(): Promise<void>;
}

const running = new Map<EmbeddedRedis, string>();

/** An empty Redis with the settings that Bullpen gives its own; gone with {@link FreshRedis.stop}. */
export async function startFreshRedis(): Promise<FreshRedis> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-bench-"));
  const server = await startEmbeddedRedis({ folder });
  running.set(server, folder);
  const connection = await connectRedis({ url: server.url, whenAway: "wait" });
  // Whether the file grows past the size that starts a rewrite depends on the number of queries alone;
  // a rewrite in one contender's rounds only would be charged to it.
  await connection.config("SET", "auto-aof-rewrite-percentage", "0");
  return {
    url: server.url,
    connection,
    stop: async () => {
      connection.disconnect();
      await server.stop();
      running.delete(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The servers are process groups of their own: without this Ctrl-C would leave them running. */
export function stopRedisWithProcess(): void {
  process.on("exit", () => {
    for (const [server, folder] of running) {
      process.kill(server.pid, "SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
}
