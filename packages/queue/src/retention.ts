import { agentQueueName } from "@bullpen/contracts";
import type { Redis } from "ioredis";
import { KEY_PREFIX } from "./connection.js";
import type { QueuePool } from "./queue-pool.js";
import { transcriptKey } from "./transcript-store.js";

/** Queries that have ended, by the time at which they are removed; see {@link removeRetired}. */
export const RETIRED_KEY = `${KEY_PREFIX}:retired`;

/** Queries that one sweep removes: few enough to leave Redis to the others. */
const SWEEP_LIMIT = 500;

/** The index of a tenant's queries: a sorted set of ids, which sort by creation time. */
export function indexKey(tenant: string): string {
  return `${KEY_PREFIX}:queries:${tenant}`;
}

/**
 * Removes the queries whose retention is over, on every level: job, transcript, index. BullMQ would
 * remove old jobs by itself, but only when others end, and by the clock of whichever worker ends them;
 * the time here is Redis' own, from the end to the removal.
 *
 * @returns how many were removed.
 */
export async function removeRetired(redis: Redis, queues: QueuePool): Promise<number> {
  const [seconds = 0] = await redis.time();
  const members = await redis.zrangebyscore(RETIRED_KEY, 0, seconds, "LIMIT", 0, SWEEP_LIMIT);
  for (const member of members) {
    const { model, tenant, id } = parseMember(member);
    await queues.get(agentQueueName(model)).remove(id);
    await redis.multi().del(transcriptKey(id)).zrem(indexKey(tenant), id).zrem(RETIRED_KEY, member).exec();
  }
  return members.length;
}

/** A query in {@link RETIRED_KEY}, as the script that ends queries writes it. */
export function retiredMember(model: string, tenant: string, id: string): string {
  return `${model} ${tenant} ${id}`;
}

/** `<model> <tenant> <id>`: neither a model's name nor an id holds a space. */
function parseMember(member: string): { model: string; tenant: string; id: string } {
  const first = member.indexOf(" ");
  const last = member.lastIndexOf(" ");
  return {
    model: member.slice(0, first),
    tenant: member.slice(first + 1, last),
    id: member.slice(last + 1),
  };
}
