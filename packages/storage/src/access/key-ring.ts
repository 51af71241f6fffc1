import { type AccessLimits, DEFAULT_TENANT, type Role } from "@bullpen/contracts";
import { idOfAccessKey, isKeyOf } from "./access-key.js";
import { type AccessKeyRecord, endOf } from "./access-key-record.js";
import type { AccessKeyStore } from "./access-key-store.js";
import { LastKnown } from "./last-known.js";

/** On whose behalf a request is made, and what it may do. */
export interface Principal {
  readonly tenant: string;
  readonly role: Role;
  /** The key's id, of a session `user:` and who it is; `undefined` where no key is needed. */
  readonly keyId: string | undefined;
  /** What the key is for, in its maker's words. */
  readonly keyName?: string;
  /** What the key may use. Default: as much as its tenant. */
  readonly limits?: AccessLimits;
}

export type KeyRefusal = "missing" | "unknown" | "revoked" | "expired";

/**
 * Records that are remembered, unknown ids among them. Somebody who guesses ids costs a read of the storage for each,
 * and no memory.
 */
const MAX_REMEMBERED = 10_000;

/** How exactly the last use of a key is known. */
const USE_MS = 60_000;

/** Whoever reaches a process without keys owns it, as on a laptop. */
const OWNER: Principal = { tenant: DEFAULT_TENANT, role: "admin", keyId: undefined };

/** Checks keys. Until one was made, none is needed. */
export class KeyRing {
  readonly #keys: AccessKeyStore;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #records = new Map<string, LastKnown<AccessKeyRecord | undefined>>();
  readonly #noted = new Map<string, number>();
  readonly #inUse: LastKnown<boolean>;
  /** Keys are never removed: once there is one, there always is. */
  #isInUse = false;

  /** @param options.onError told why the last use of a key could not be noted. */
  constructor(
    keys: AccessKeyStore,
    options: { onError?: (error: unknown) => void; now?: () => number } = {},
  ) {
    this.#keys = keys;
    this.#now = options.now ?? Date.now;
    this.#onError = options.onError ?? (() => {});
    this.#inUse = new LastKnown({ read: () => keys.isInUse(), now: this.#now });
  }

  /**
   * @param key what the request brought as its key, if anything.
   * @throws {StorageError} when the storage cannot be read, and what it last said of this key is unknown or older than
   * 10 minutes: nobody is let in on a guess.
   */
  async check(key: string | undefined): Promise<Principal | KeyRefusal> {
    this.#isInUse ||= await this.#inUse.get();
    if (!this.#isInUse) return OWNER;
    if (key === undefined) return "missing";
    const record = await this.#recordOf(key);
    if (!record) return "unknown";
    const end = endOf(record, this.#now());
    if (end !== undefined) return end;
    this.#noteUse(record.id);
    return toPrincipal(record);
  }

  /** Whose key it is, whether or not it has ended; `undefined` for one that is none of ours. */
  async ownerOf(key: string | undefined): Promise<Principal | undefined> {
    const record = key === undefined ? undefined : await this.#recordOf(key);
    return record && toPrincipal(record);
  }

  async #recordOf(key: string): Promise<AccessKeyRecord | undefined> {
    const id = idOfAccessKey(key);
    const record = id === undefined ? undefined : await this.#find(id);
    return record && isKeyOf(record, key) ? record : undefined;
  }

  #find(id: string): Promise<AccessKeyRecord | undefined> {
    const record =
      this.#records.get(id) ?? new LastKnown({ read: () => this.#keys.find(id), now: this.#now });
    this.#records.delete(id); // the map's order is that of the last use
    this.#records.set(id, record);
    const [oldest] = this.#records.keys();
    if (this.#records.size > MAX_REMEMBERED && oldest !== undefined) this.#records.delete(oldest);
    return record.get();
  }

  #noteUse(id: string): void {
    const now = this.#now();
    if (now - (this.#noted.get(id) ?? Number.NEGATIVE_INFINITY) < USE_MS) return;
    this.#noted.set(id, now);
    this.#keys.noteUse(id, now).catch(this.#onError);
  }
}

function toPrincipal({ tenant, role, id, name, user, limits }: AccessKeyRecord): Principal {
  const keyId = user === undefined ? id : `user:${user}`;
  return { tenant, role, keyId, keyName: name, ...(limits && { limits }) };
}
