import type { Redis } from "ioredis";
import type { ChannelListener } from "./channel-listener.js";
import { KEY_PREFIX } from "./connection.js";

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
