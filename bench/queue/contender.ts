import type { Redis } from "@bullpen/redis";

/** One of the two that run the same queries: each asks a tool once and then answers. */
export interface Contender {
  readonly name: string;
  open(redis: Redis, concurrency: number): Contest;
}

export interface Contest {
  /** Queues `count` queries in arrays of a thousand; nobody works on them yet. */
  submit(count: number): Promise<void>;
  startWorkers(): Promise<{ stop(): Promise<void> }>;
  /** Queries that have been answered so far, without asking Redis. It may run ahead by a few. */
  answered(): number;
  /** Queries that Redis holds as completed. */
  completed(): Promise<number>;
  /** @throws {Error} when the answers are not the expected ones. */
  check(): Promise<void>;
  close(): Promise<void>;
}
