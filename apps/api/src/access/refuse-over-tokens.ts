import type { Principal } from "@bullpen/storage";
import type { Response } from "express";
import type { ApiContext } from "../api-context.js";
import { QuotaError } from "./quota-error.js";

const DAY_SECONDS = 86_400;

/**
 * Refuses new work of a key or a tenant that has used its tokens of the day. What was accepted before goes on: its
 * tokens are known only when it ends.
 *
 * @throws {QuotaError}
 */
export async function refuseOverTokens(
  { quotas, usage }: Pick<ApiContext, "quotas" | "usage">,
  principal: Principal,
  response: Response,
): Promise<void> {
  const limits = await quotas.of(principal, "tokens_per_day");
  if (limits.length === 0) return;
  const resetSeconds = DAY_SECONDS - (Math.floor(Date.now() / 1_000) % DAY_SECONDS);
  const used = await Promise.all(
    limits.map(async (quota) => {
      const { tenant, keyId } = quota.subject;
      return { quota, remaining: Math.max(quota.limit - (await usage.tokensToday(tenant, keyId)), 0) };
    }),
  );
  const [tightest] = used.sort((a, b) => a.remaining - b.remaining);
  if (!tightest) return;
  response.set({
    "x-ratelimit-limit-tokens": String(tightest.quota.limit),
    "x-ratelimit-remaining-tokens": String(tightest.remaining),
    "x-ratelimit-reset-tokens": `${resetSeconds}s`,
  });
  if (tightest.remaining > 0) return;
  throw new QuotaError("token_quota_exceeded", tightest.quota, {
    what: "has used its tokens of this day (UTC)",
    retryAfterSeconds: resetSeconds,
    shouldRetry: false,
  });
}
