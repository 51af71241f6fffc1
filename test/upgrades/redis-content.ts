import type { Redis } from "@bullpen/redis";
import { z } from "zod";

const text = z.string();
const entrySchema = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("string"), value: text }),
    z.object({ type: z.literal("hash"), value: z.record(text, text) }),
    z.object({ type: z.literal("list"), value: z.array(text) }),
    z.object({ type: z.literal("set"), value: z.array(text) }),
    z.object({ type: z.literal("zset"), value: z.array(z.tuple([text, text])) }),
    z.object({ type: z.literal("stream"), value: z.array(z.tuple([text, z.array(text)])) }),
  ])
  .and(z.object({ key: text }));
export const contentSchema = z.array(entrySchema);
type Entry = z.infer<typeof entrySchema>;

/** All that a Redis holds, in a form that people can read. */
export async function readContent(redis: Redis): Promise<Entry[]> {
  const keys = (await redis.keys("*")).sort();
  return Promise.all(keys.map(async (key) => readEntry(redis, key, await redis.type(key))));
}

async function readEntry(redis: Redis, key: string, type: string): Promise<Entry> {
  switch (type) {
    case "string":
      return { key, type, value: (await redis.get(key)) ?? "" };
    case "hash":
      return { key, type, value: await redis.hgetall(key) };
    case "list":
      return { key, type, value: await redis.lrange(key, 0, -1) };
    case "set":
      return { key, type, value: (await redis.smembers(key)).sort() };
    case "zset":
      return { key, type, value: pairs(await redis.zrange(key, "0", "-1", "WITHSCORES")) };
    case "stream":
      return { key, type, value: await redis.xrange(key, "-", "+") };
    default:
      throw new Error(`${key} is a ${type}, which is not recorded yet`);
  }
}

/** Writes what was read, into a Redis that is empty. Nothing in it expires. */
export async function writeContent(redis: Redis, content: readonly Entry[]): Promise<void> {
  for (const { key, type, value } of content) {
    if (type === "string") await redis.set(key, value);
    else if (type === "hash") await redis.hset(key, value);
    else if (type === "list") await redis.rpush(key, ...value);
    else if (type === "set") await redis.sadd(key, ...value);
    else if (type === "zset") await redis.zadd(key, ...value.flatMap(([member, score]) => [score, member]));
    else for (const [id, fields] of value) await redis.xadd(key, id, ...fields);
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((member, i): [string, string][] => (i % 2 === 0 ? [[member, flat[i + 1] ?? ""]] : []));
}
