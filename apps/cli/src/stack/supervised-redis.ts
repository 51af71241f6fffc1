import { backoff, errorMessage } from "@bullpen/base";
import { type EmbeddedRedis, type RedisOptions, startEmbeddedRedis } from "./embedded-redis.js";

interface SupervisedRedisOptions extends Omit<RedisOptions, "port" | "signal"> {
  /** Called with each process that is ready. */
  readonly onReady: (redis: EmbeddedRedis) => Promise<void>;
  /** Called when it died, or could not be started again, and is tried again. */
  readonly onRestart: (reason: string) => void;
}

/** Pauses before another start: a restart of a healthy Redis takes little, a broken one must not fill the log. */
const pauseMs = backoff({ firstMs: 500, maxMs: 30_000 });

/** A Redis of our own that is started again, on the same port and files, whenever it dies. */
export class SupervisedRedis {
  readonly #options: SupervisedRedisOptions;
  readonly #stopping = new AbortController();
  #redis: EmbeddedRedis | undefined;
  #starting: Promise<void> = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;
  /** Starts that have failed in a row. */
  #failures = 0;
  #lastReason = "";

  constructor(options: SupervisedRedisOptions) {
    this.#options = options;
  }

  get url(): string {
    if (!this.#redis) throw new Error("Redis has not been started");
    return this.#redis.url;
  }

  /** @throws {StartupError} when it does not start; then it is not tried again. */
  async start(): Promise<void> {
    this.#starting = this.#launch();
    await this.#starting;
  }

  /** Ends it, or its start, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#restart);
    await this.#starting.catch(() => {}); // an aborted start kills its process
    await this.#redis?.stop();
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping.abort();
    clearTimeout(this.#restart);
    this.#redis?.kill();
  }

  async #launch(): Promise<void> {
    const { onReady, ...options } = this.#options;
    const redis = await startEmbeddedRedis({
      ...options,
      port: this.#redis?.port,
      signal: this.#stopping.signal,
    });
    this.#redis = redis;
    this.#failures = 0;
    this.#lastReason = "";
    void redis.ended.then((reason) => this.#restartLater(`it ended: ${reason}`));
    await onReady(redis);
  }

  #restartLater(reason: string): void {
    if (this.#stopping.signal.aborted) return;
    // The same reason is told once, however often the start fails for it. The log in it has times.
    const withoutFigures = reason.replace(/\d+/g, "");
    if (withoutFigures !== this.#lastReason) this.#options.onRestart(reason);
    this.#lastReason = withoutFigures;
    this.#restart = setTimeout(
      () => {
        this.#starting = this.#launch();
        this.#starting.catch((error: unknown) => this.#restartLater(errorMessage(error)));
      },
      pauseMs(++this.#failures),
    );
  }
}
