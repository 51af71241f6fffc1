import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QueueTimes } from "@bullpen/contracts";
import type { TestRedis } from "../testing/redis.js";
import { RedisProxy } from "./injectors/redis-proxy.js";
import { Member, type Role } from "./member.js";
import { MODEL } from "./model-name.js";
import type { Settings } from "./process/settings.js";

/** What every process of the suite needs of Redis. */
export type FleetRedis = Pick<TestRedis, "url" | "connection">;

export interface FleetOptions<Redis extends FleetRedis = TestRedis> {
  readonly redis: Redis;
  readonly slots?: number;
  readonly modelMs?: readonly [number, number];
  readonly toolMs?: readonly [number, number];
  /** Default: {@link SHORT_TIMES}. */
  readonly times?: QueueTimes;
  readonly graceMs?: number;
  readonly build?: Settings["build"];
}

/** Times at which a dead worker's queries move on within 6 s, so that a test of it is short. */
const SHORT_TIMES: QueueTimes = { lockMs: 4_000, stalledCheckMs: 2_000 };

/** Processes of the suite on one Redis, each behind a proxy of its own, restarted when they die. */
export class Fleet<Redis extends FleetRedis = TestRedis> {
  readonly redis: Redis;
  readonly historyFolder: string;
  readonly members: Member[] = [];
  readonly #settings: Omit<Settings, "redisUrl">;

  static async open<Redis extends FleetRedis>(options: FleetOptions<Redis>): Promise<Fleet<Redis>> {
    return new Fleet(options, await mkdtemp(join(tmpdir(), "bullpen-faults-")));
  }

  private constructor(options: FleetOptions<Redis>, historyFolder: string) {
    this.redis = options.redis;
    this.historyFolder = historyFolder;
    this.#settings = {
      historyFolder,
      model: MODEL,
      slots: options.slots ?? 4,
      modelMs: [...(options.modelMs ?? [100, 300])],
      toolMs: [...(options.toolMs ?? [20, 100])],
      times: options.times ?? SHORT_TIMES,
      graceMs: options.graceMs ?? 0,
      build: options.build ?? "sound",
    };
  }

  /** Starts a process and waits until it is ready. `settings` are its own; an armed fault applies to its first life only. */
  async add(role: Role, settings: Partial<Settings> = {}): Promise<Member> {
    // Several servers name each other's addresses: a proxy before them would be passed by.
    const hasProxy = URL.canParse(this.redis.url);
    const proxy = await RedisProxy.open(hasProxy ? Number(new URL(this.redis.url).port) : 0);
    const redisUrl = hasProxy ? proxy.url : this.redis.url;
    const member = new Member(role, proxy, { ...this.#settings, redisUrl, ...settings });
    this.members.push(member);
    await member.start();
    return member;
  }

  of(role: Role): Member[] {
    return this.members.filter((member) => member.role === role);
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.close()));
    await rm(this.historyFolder, { recursive: true, force: true });
  }
}
