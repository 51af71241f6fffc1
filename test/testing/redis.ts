import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedRedis, startEmbeddedRedis } from "@bullpen/cli/stack/embedded-redis";
import { connectRedis, type Redis } from "@bullpen/redis";

export interface TestRedis {
  readonly url: string;
  /** Kills it as a power cut would. */
  kill(): Promise<void>;
  /** Stops it from answering while its connections stay open, until {@link TestRedis.thaw}. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same port and data, with `more` settings for this once. */
  restart(more?: Readonly<Record<string, string>>): Promise<void>;
  /** A connection of the kind that workers use. */
  readonly connection: Redis;
  stop(): Promise<void>;
}

/**
 * A real Redis of the test's own, gone with the test; by its `settings`, for instance a node of a cluster.
 *
 * @param prepare makes it usable, before anything of ours connects.
 */
export async function startTestRedis(
  settings?: Readonly<Record<string, string>>,
  prepare?: (url: string) => Promise<void>,
): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-redis-"));
  let server: EmbeddedRedis = await startEmbeddedRedis({ folder, ...(settings && { settings }) });
  const { url, port } = server;
  await prepare?.(url);
  const connection = await connectRedis({ url, whenAway: "wait" });
  return {
    url,
    connection,
    kill: async () => {
      process.kill(server.pid, "SIGKILL");
      await server.stop();
    },
    freeze: () => void process.kill(server.pid, "SIGSTOP"),
    thaw: () => void process.kill(server.pid, "SIGCONT"),
    restart: async (more) => {
      server = await startEmbeddedRedis({ folder, port, settings: { ...settings, ...more } });
    },
    stop: async () => {
      connection.disconnect();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
