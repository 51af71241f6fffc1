import type { AccessLimits, Role } from "@bullpen/contracts";
import type { Store } from "../store.js";
import { hashOfAccessKey, newAccessKey } from "./access-key.js";
import { type AccessKeyRecord, accessKeyRecordSchema, endOf } from "./access-key-record.js";

export interface NewAccessKey {
  readonly tenant: string;
  readonly role: Role;
  readonly name: string;
  /** Default: as much as its tenant. */
  readonly limits?: AccessLimits | undefined;
  /** Who signs in with it: it is a session then. Default: it is a key that somebody keeps. */
  readonly user?: string | undefined;
  /** Unix milliseconds. Default: never. */
  readonly expiresAt?: number | undefined;
}

export const FOLDER = "access-keys";
export const USES = "access-key-uses";
const EXTENSION = ".json";

/**
 * Access keys, in the storage that outlives a wiped Redis: an object `access-keys/<id>.json` each. No record of a
 * key is ever removed, so an installation that has had a key never becomes one that needs none; those of sessions are.
 */
export class AccessKeyStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @returns the key, which is not stored: it is shown this once. */
  async create(wanted: NewAccessKey): Promise<{ readonly key: string; readonly record: AccessKeyRecord }> {
    const { id, key } = newAccessKey();
    const record: AccessKeyRecord = {
      id,
      tenant: wanted.tenant,
      role: wanted.role,
      name: wanted.name,
      hash: hashOfAccessKey(key),
      created_at: Date.now(),
      ...(wanted.user !== undefined && { user: wanted.user }),
      ...(wanted.limits && { limits: wanted.limits }),
      ...(wanted.expiresAt !== undefined && { expires_at: wanted.expiresAt }),
    };
    await this.#write(record);
    return { key, record };
  }

  async find(id: string): Promise<AccessKeyRecord | undefined> {
    const text = await this.#store.readText(`${FOLDER}/${id}${EXTENSION}`);
    return text === undefined ? undefined : accessKeyRecordSchema.parse(JSON.parse(text));
  }

  /** All keys that were ever made, oldest first. */
  async list(): Promise<AccessKeyRecord[]> {
    const names = await this.#store.list(FOLDER);
    const records = await Promise.all(names.map((name) => this.find(name.slice(0, -EXTENSION.length))));
    return records
      .filter((record) => record !== undefined)
      .sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1));
  }

  /** Whether a key was ever made. */
  async isInUse(): Promise<boolean> {
    return (await this.#store.list(FOLDER)).length > 0;
  }

  /** Ends a key from a moment on. @param at Unix milliseconds. Default: now. */
  async revoke(record: AccessKeyRecord, at = Date.now()): Promise<AccessKeyRecord> {
    const revoked = { ...record, revoked_at: Math.min(at, record.revoked_at ?? at) };
    await this.#write(revoked);
    return revoked;
  }

  /** Makes a key that may do the same as another, which ends at a moment, in Unix milliseconds. */
  async rotate(old: AccessKeyRecord, endsAt: number): ReturnType<AccessKeyStore["create"]> {
    const { tenant, role, name, user, limits, expires_at: expiresAt } = old;
    const made = await this.create({ tenant, role, name, user, limits, expiresAt });
    await this.revoke(old, endsAt);
    return made;
  }

  /** Removes the records of sessions that ended before a moment, in Unix milliseconds. */
  async removeSessionsEndedBefore(at: number): Promise<void> {
    for (const record of await this.list()) {
      if (record.user === undefined || endOf(record, at) === undefined) continue;
      await this.#store.remove(`${USES}/${record.id}`);
      await this.#store.remove(`${FOLDER}/${record.id}${EXTENSION}`);
    }
  }

  /** Sets limits of a key; those that are not named stay. */
  async limit(record: AccessKeyRecord, limits: AccessLimits): Promise<AccessKeyRecord> {
    const limited = { ...record, limits: { ...record.limits, ...limits } };
    await this.#write(limited);
    return limited;
  }

  async noteUse(id: string, at: number): Promise<void> {
    await this.#store.put(`${USES}/${id}`, [String(at)]);
  }

  /** When a key was last used, in Unix milliseconds, to the minute. */
  async lastUse(id: string): Promise<number | undefined> {
    const text = await this.#store.readText(`${USES}/${id}`);
    return text === undefined ? undefined : Number(text);
  }

  async #write(record: AccessKeyRecord): Promise<void> {
    await this.#store.put(`${FOLDER}/${record.id}${EXTENSION}`, [JSON.stringify(record)]);
  }
}
