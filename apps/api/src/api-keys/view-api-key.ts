import type { ApiKeyView } from "@bullpen/protocol";
import { type AccessKeyRecord, type AccessKeyStore, endOf } from "@bullpen/storage";

/** A key as the API shows it: without its hash. */
export async function viewApiKey(keys: AccessKeyStore, record: AccessKeyRecord): Promise<ApiKeyView> {
  const { id, name, tenant, role } = record;
  return {
    id,
    object: "api_key",
    name,
    tenant,
    role,
    status: endOf(record, Date.now()) ?? "active",
    limits: record.limits ?? null,
    created_at: secondsOf(record.created_at),
    expires_at: secondsOrNull(record.expires_at),
    revoked_at: secondsOrNull(record.revoked_at),
    last_used_at: secondsOrNull(await keys.lastUse(id)),
  };
}

function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000);
}

function secondsOrNull(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : secondsOf(milliseconds);
}
