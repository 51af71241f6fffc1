import type { Redis } from "ioredis";

/**
 * Sends the commands of one turn of the event loop in one write. Otherwise each is its own write here and its own
 * read in Redis, which cost more than small commands themselves.
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
    // A cast: `write` is overloaded, and its arguments are passed on unchanged.
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
