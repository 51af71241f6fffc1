import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { modelNameSchema, readCallId, type ToolResult } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { ChannelListener } from "@bullpen/redis/commands";
import { transcriptKey } from "../queries/query-keys.js";
import { QueuePool } from "../queue-pool.js";
import { callJobKey, callKeys, jobIdOfCall, tenantCallsKey, toolCallsKey } from "./call-keys.js";
import { callChannel, EXTEND_LEASE, LEASE_CALL } from "./call-scripts.js";
import { readCalls, readLeases, type WaitingCall } from "./read-calls.js";
import { placeOf, type Settled, settleCall } from "./settle-call.js";

/** A call that was handed out. */
export interface LeasedCall extends WaitingCall {
  readonly leaseId: string;
  /** When it may be handed out again, in Unix milliseconds. */
  readonly leasedUntil: number;
}

/** A page of calls that wait. */
interface CallPage {
  /** With the times until which they are leased, in Unix milliseconds; `undefined`: nobody has the call. */
  readonly listed: readonly (WaitingCall & { readonly leasedUntil: number | undefined })[];
  readonly isLast: boolean;
}

export interface LeaseOptions {
  readonly tenant: string;
  /** Names of the tools whose calls are wanted. */
  readonly tools: readonly string[];
  readonly limit: number;
  readonly leaseMs: number;
}

/** An announcement can be lost, and a lease lapses unannounced, so whoever waits looks again after this time. */
const CHECK_AGAIN_MS = 2_000;

/** Calls of callers' own tools that wait: lists them, hands them out for a time, and takes their results. */
export class CallerCalls {
  readonly #redis: Redis;
  readonly #queues: QueuePool;
  readonly #listener: ChannelListener;

  static async open(redis: Redis): Promise<CallerCalls> {
    return new CallerCalls(redis, await ChannelListener.open(redis));
  }

  private constructor(redis: Redis, listener: ChannelListener) {
    this.#redis = redis;
    this.#queues = new QueuePool(redis);
    this.#listener = listener;
  }

  /** A page of a tenant's calls, newest query first, after the call of an id. */
  async list(tenant: string, after: string | undefined, limit: number): Promise<CallPage> {
    const from = after === undefined ? "+" : `(${jobIdOfCall(after) ?? ""}`;
    const key = tenantCallsKey(tenant);
    const jobIds = await this.#redis.zrange(key, from, "-", "BYLEX", "REV", "LIMIT", 0, limit);
    const found = await readCalls(this.#redis, jobIds);
    const gone = jobIds.filter((_, i) => found[i] === undefined);
    if (gone.length > 0) await this.#redis.zrem(key, ...gone);
    const calls = found.filter((call) => call !== undefined);
    const leases = await readLeases(this.#redis, calls);
    const listed = calls.map((call, i) => ({ ...call, leasedUntil: leases[i] }));
    return { listed, isLast: jobIds.length < limit };
  }

  /** Hands out waiting calls, the longest waiting of each tool first. */
  async lease({ tenant, tools, limit, leaseMs }: LeaseOptions): Promise<LeasedCall[]> {
    const leased: LeasedCall[] = [];
    for (const tool of tools) {
      const wanted = limit - leased.length;
      if (wanted === 0) break;
      const now = Number((await this.#redis.time())[0]) * 1_000 + 999; // to the millisecond the script decides
      const free = await this.#redis.zrangebyscore(toolCallsKey(tenant, tool), 0, now, "LIMIT", 0, wanted);
      const calls = await readCalls(this.#redis, free);
      const results = await Promise.all(
        free.map((jobId, i) => this.#leaseOne({ tenant, tool, jobId, found: calls[i] }, leaseMs)),
      );
      leased.push(...results.filter((call) => call !== undefined));
    }
    return leased;
  }

  /** The same, waiting for a call until one comes or `signal` aborts. */
  async leaseWhenThere(options: LeaseOptions, signal: AbortSignal): Promise<LeasedCall[]> {
    let announced = new AbortController();
    const unlisten = await this.#listener.listen(callChannel(options.tenant), (tool) => {
      if (options.tools.includes(tool)) announced.abort();
    });
    try {
      for (;;) {
        const leased = await this.lease(options);
        if (leased.length > 0 || signal.aborted) return leased;
        // It rejects when a call comes, which is no failure.
        const wake = AbortSignal.any([signal, announced.signal]);
        await sleep(CHECK_AGAIN_MS, undefined, { signal: wake }).catch(() => {});
        announced = new AbortController();
      }
    } finally {
      await unlisten();
    }
  }

  async #leaseOne(
    {
      tenant,
      tool,
      jobId,
      found,
    }: { tenant: string; tool: string; jobId: string; found: WaitingCall | undefined },
    leaseMs: number,
  ): Promise<LeasedCall | undefined> {
    if (!found) {
      await this.#redis
        .multi()
        .zrem(toolCallsKey(tenant, tool), jobId)
        .zrem(tenantCallsKey(tenant), jobId)
        .exec();
      return undefined;
    }
    const leaseId = randomBytes(9).toString("base64url");
    const until = await LEASE_CALL.run(this.#redis, callKeys(placeOf(found.call)), [
      ...[jobId, callJobKey(jobId), found.call.step, leaseId, leaseMs],
    ]);
    return typeof until === "string" ? { ...found, leaseId, leasedUntil: Number(until) } : undefined;
  }

  /**
   * Gives the holder of a lease more time, or with 0 hands the call back.
   *
   * @returns when the lease ends, in Unix milliseconds; `undefined` if the call is not held under it.
   */
  async extend(
    tenant: string,
    callId: string,
    leaseId: string,
    leaseMs: number,
  ): Promise<number | undefined> {
    const waiting = await this.find(tenant, callId);
    if (!waiting) return undefined;
    const { jobId, call } = waiting;
    const keys = [callJobKey(jobId), toolCallsKey(tenant, call.tool_name)];
    const until = await EXTEND_LEASE.run(this.#redis, keys, [jobId, leaseId, leaseMs]);
    return typeof until === "string" ? Number(until) : undefined;
  }

  /** A tenant's call that waits; `undefined` where there is none of the id. */
  async find(tenant: string, callId: string): Promise<WaitingCall | undefined> {
    const jobId = jobIdOfCall(callId);
    const [waiting] = jobId === undefined ? [] : await readCalls(this.#redis, [jobId]);
    return waiting?.call.tenant === tenant ? waiting : undefined;
  }

  /** Gives a call its result. The first one counts. */
  async settle(tenant: string, callId: string, result: ToolResult): Promise<Settled> {
    const call = readCallId(callId);
    if (!call) return "unknown";
    const [owner, model] = await this.#redis.hmget(transcriptKey(call.queryId), "tenant", "model");
    const known = modelNameSchema.safeParse(model).data;
    if (owner !== tenant || known === undefined) return "unknown";
    const waiting = await this.find(tenant, callId);
    const tool = waiting?.call.tool_name ?? "";
    const waitedMs = waiting ? Math.max(0, Date.now() - waiting.createdAt) : 0;
    const context = { redis: this.#redis, queues: this.#queues };
    return settleCall(context, { tenant, model: known, ...call, tool }, result, waitedMs);
  }

  async close(): Promise<void> {
    await this.#listener.close();
    await this.#queues.close();
  }
}
