import type { Redis } from "ioredis";

/**
 * Sends the commands of one turn of the event loop in one piece. Otherwise each is a write of its own
 * here and a read of its own in Redis, which for small commands cost more than the commands do.
 */
export function coalesceWrites(redis: Redis): void {
  redis.on("connect", () => {
    const { stream } = redis;
    const write = stream.write.bind(stream);
    let corked = false;
    const uncork = () => {
      corked = false;
      stream.uncork();
    };
    // A cast: `write` is overloaded, and whatever it is called with is passed on as it came.
    stream.write = ((...args: Parameters<typeof write>) => {
      if (!corked) {
        corked = true;
        stream.cork();
        process.nextTick(uncork);
      }
      return write(...args);
    }) as typeof stream.write;
  });
}
