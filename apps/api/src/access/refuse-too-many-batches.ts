import type { BatchRef, Principal } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";
import { QuotaError } from "./quota-error.js";

/** A batch takes minutes or more: a client that waited for its end would look as if it hung. */
const RETRY_AFTER_SECONDS = 60;

/**
 * Requests that come at the same moment may pass together: what counts is what storage has.
 *
 * @throws {QuotaError} when a key or its tenant has as many open batches as it may.
 */
export async function refuseTooManyBatches(
  { quotas, batches }: Pick<ApiContext, "quotas" | "batches">,
  principal: Principal,
): Promise<void> {
  const limits = await quotas.of(principal, "batches");
  if (limits.length === 0) return;
  const active = (await batches.active()).filter(({ tenant }) => tenant === principal.tenant);
  for (const quota of limits) {
    const { keyId } = quota.subject;
    const count = keyId === undefined ? active.length : await countOfKey(batches, active, keyId);
    if (count < quota.limit) continue;
    throw new QuotaError("batch_quota_exceeded", quota, {
      what: `has ${count} batches that have not ended`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      shouldRetry: false,
    });
  }
}

async function countOfKey(batches: ApiContext["batches"], active: readonly BatchRef[], keyId: string) {
  const manifests = await Promise.all(active.map((batch) => batches.manifest(batch)));
  return manifests.filter((manifest) => manifest?.key_id === keyId).length;
}
