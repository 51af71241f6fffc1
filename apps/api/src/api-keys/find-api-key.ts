import { ApiError } from "@bullpen/protocol";
import type { AccessKeyRecord, AccessKeyStore } from "@bullpen/storage";

/** @throws {ApiError} `api_key_not_found` */
export async function findApiKey(keys: AccessKeyStore, id: string): Promise<AccessKeyRecord> {
  // What is no id is not made a part of a path.
  const record = /^[0-9a-f]{16}$/.test(id) ? await keys.find(id) : undefined;
  if (record) return record;
  throw new ApiError("api_key_not_found", "There is no key with this id. GET /v1/api_keys lists all.", "id");
}
