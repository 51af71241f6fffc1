import type { RateUse } from "@bullpen/redis";
import type { RequestHandler, Response } from "express";
import type { ApiContext } from "../api-context.js";
import { principalOf } from "./principal.js";
import { QuotaError } from "./quota-error.js";
import type { Quota } from "./quotas.js";

/**
 * Holds keys and tenants to their requests a minute. While Redis is away requests are let through: a limit keeps load
 * within bounds, and what needs Redis is refused for its absence anyway.
 */
export function limitRequests({
  quotas,
  requestRate,
}: Pick<ApiContext, "quotas" | "requestRate">): RequestHandler {
  return async (request, response, next) => {
    const limits = await quotas.of(principalOf(request), "requests_per_minute");
    if (limits.length === 0) return next();
    const used = await Promise.all(
      limits.map(async (quota) => ({ quota, use: await requestRate.use(quota.subject.id, quota.limit) })),
    );
    const [tightest] = used
      .flatMap(({ quota, use }) => (use ? [{ quota, use }] : []))
      .sort(
        (a, b) => Number(b.use.isExceeded) - Number(a.use.isExceeded) || a.use.remaining - b.use.remaining,
      );
    if (!tightest) return next();
    tell(response, tightest.quota, tightest.use);
    next(tightest.use.isExceeded ? tooManyRequests(tightest.quota, tightest.use) : undefined);
  };
}

/** The headers that clients of the OpenAI API read. */
function tell(response: Response, { limit }: Quota, { remaining, resetMs }: RateUse): void {
  response.set({
    "x-ratelimit-limit-requests": String(limit),
    "x-ratelimit-remaining-requests": String(remaining),
    "x-ratelimit-reset-requests": `${Math.ceil(resetMs / 1_000)}s`,
  });
}

function tooManyRequests(quota: Quota, { resetMs }: RateUse): QuotaError {
  return new QuotaError("rate_limit_exceeded", quota, {
    what: "has sent more requests than it may within a minute",
    retryAfterSeconds: Math.max(Math.ceil(resetMs / 1_000), 1),
    shouldRetry: true,
  });
}
