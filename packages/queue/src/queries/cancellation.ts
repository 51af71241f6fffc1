import type { Redis } from "@bullpen/redis";
import { type ChannelListener, KEY_PREFIX } from "@bullpen/redis/commands";

const CHANNEL = `${KEY_PREFIX}:cancel`;

/** Broadcasts that a query was ended. Write the end to the transcript first. */
export async function announceCancellation(redis: Redis, queryId: string): Promise<void> {
  await redis.publish(CHANNEL, queryId);
}

/** Calls `handle` with the id of each query that is ended from outside, until the returned function is called. */
export async function onCancellation(
  listener: ChannelListener,
  handle: (queryId: string) => void,
): Promise<() => Promise<void>> {
  return listener.listen(CHANNEL, handle);
}
