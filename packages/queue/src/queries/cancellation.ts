import type { Redis } from "@bullpen/redis";
import { type ChannelListener, KEY_PREFIX } from "@bullpen/redis/commands";

const CHANNEL = `${KEY_PREFIX}:cancel`;

/** Tells every worker to let go of a query. Its end must stand in the transcript before. */
export async function announceCancellation(redis: Redis, queryId: string): Promise<void> {
  await redis.publish(CHANNEL, queryId);
}

export async function onCancellation(
  listener: ChannelListener,
  handle: (queryId: string) => void,
): Promise<() => Promise<void>> {
  return listener.listen(CHANNEL, handle);
}
