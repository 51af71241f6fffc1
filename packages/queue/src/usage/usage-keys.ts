import type { AgentJob } from "@bullpen/contracts";
import { KEY_PREFIX } from "@bullpen/redis/commands";

/**
 * What a tenant has used on a day of UTC: a hash with a field for each number, such as `input <key> <model>`; `-` where
 * there is no key. The field `epoch` names the hash itself: after a loss of Redis there is another one.
 */
export function usageKey(day: string, tenant: string): string {
  return `${KEY_PREFIX}:usage:${day}:${tenant}`;
}

/** The set of `<day> <tenant>` whose usage is to be stored. */
export const USAGE_DAYS_KEY = `${KEY_PREFIX}:usage-days`;

/** A day of UTC, such as `2026-11-28`. @param time Unix milliseconds. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Whose usage a job's is, within its tenant. */
export function usageMember({ key_id, model }: Pick<AgentJob, "key_id" | "model">): string {
  return `${key_id ?? "-"} ${model}`;
}
