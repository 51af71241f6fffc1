import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { AccessKeyRecord } from "./access-key-record.js";

/** `bp_`, 16 digits that name the key, and 32 random bytes in base64url. Scanners for secrets find it by its form. */
const FORM = /^bp_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** A new key, and the id in it. */
export function newAccessKey(): { readonly id: string; readonly key: string } {
  const id = randomBytes(8).toString("hex");
  return { id, key: `bp_${id}_${randomBytes(32).toString("base64url")}` };
}

/** The id in a key; `undefined` for a text that is no key. */
export function idOfAccessKey(key: string): string | undefined {
  return FORM.exec(key)?.[1];
}

export function hashOfAccessKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** Whether a record is of this very key, in constant time. */
export function isKeyOf(record: AccessKeyRecord, key: string): boolean {
  const [stored, given] = [Buffer.from(record.hash, "hex"), Buffer.from(hashOfAccessKey(key), "hex")];
  return stored.length === given.length && timingSafeEqual(stored, given);
}
