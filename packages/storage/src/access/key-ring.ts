import { DEFAULT_TENANT, type Role } from "@bullpen/contracts";
import { idOfAccessKey, isKeyOf } from "./access-key.js";
import { type AccessKeyRecord, endOf } from "./access-key-record.js";
import type { AccessKeyStore } from "./access-key-store.js";

/** On whose behalf a request is made, and what it may do. */
export interface Principal {
  readonly tenant: string;
  readonly role: Role;
  /** `undefined` where no key is needed. */
  readonly keyId: string | undefined;
}

export type KeyRefusal = "missing" | "unknown" | "revoked" | "expired";

/** What was read is used for so long: a change of the keys reaches every process within this time. */
const FRESH_MS = 5_000;

/**
 * Records that are remembered, unknown ids among them. Somebody who guesses ids costs a read of the storage for each,
 * and no memory.
 */
const MAX_REMEMBERED = 10_000;

/** How exactly the last use of a key is known. */
const USE_MS = 60_000;

/** Whoever reaches a process without keys owns it, as on a laptop. */
const OWNER: Principal = { tenant: DEFAULT_TENANT, role: "admin", keyId: undefined };

interface Remembered<T> {
  readonly at: number;
  readonly value: Promise<T>;
}

/** Checks keys. Until one was made, none is needed. */
export class KeyRing {
  readonly #keys: AccessKeyStore;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #records = new Map<string, Remembered<AccessKeyRecord | undefined>>();
  readonly #noted = new Map<string, number>();
  #inUse: Remembered<boolean> | undefined;

  /** @param options.onError told why the last use of a key could not be noted. */
  constructor(
    keys: AccessKeyStore,
    options: { onError?: (error: unknown) => void; now?: () => number } = {},
  ) {
    this.#keys = keys;
    this.#now = options.now ?? Date.now;
    this.#onError = options.onError ?? (() => {});
  }

  /**
   * @param key what the request brought as its key, if anything.
   * @throws {StorageError} when the storage cannot be read: nobody is let in on a guess.
   */
  async check(key: string | undefined): Promise<Principal | KeyRefusal> {
    if (!(await this.#isInUse())) return OWNER;
    if (key === undefined) return "missing";
    const id = idOfAccessKey(key);
    const record = id === undefined ? undefined : await this.#find(id);
    if (!record || !isKeyOf(record, key)) return "unknown";
    const end = endOf(record, this.#now());
    if (end !== undefined) return end;
    this.#noteUse(record.id);
    return { tenant: record.tenant, role: record.role, keyId: record.id };
  }

  async #isInUse(): Promise<boolean> {
    const known = this.#inUse;
    if (known && this.#now() - known.at < FRESH_MS) return known.value;
    // Keys are never removed: once there is one, there always is.
    if (known && (await known.value)) return true;
    this.#inUse = this.#remember(this.#keys.isInUse(), () => {
      this.#inUse = undefined;
    });
    return this.#inUse.value;
  }

  #find(id: string): Promise<AccessKeyRecord | undefined> {
    const known = this.#records.get(id);
    if (known && this.#now() - known.at < FRESH_MS) return known.value;
    const read = this.#remember(this.#keys.find(id), () => this.#records.delete(id));
    this.#records.delete(id); // the map's order is that of its reads
    this.#records.set(id, read);
    const [oldest] = this.#records.keys();
    if (this.#records.size > MAX_REMEMBERED && oldest !== undefined) this.#records.delete(oldest);
    return read.value;
  }

  /** A failure is not remembered. */
  #remember<T>(value: Promise<T>, forget: () => void): Remembered<T> {
    value.catch(forget);
    return { at: this.#now(), value };
  }

  #noteUse(id: string): void {
    const now = this.#now();
    if (now - (this.#noted.get(id) ?? Number.NEGATIVE_INFINITY) < USE_MS) return;
    this.#noted.set(id, now);
    this.#keys.noteUse(id, now).catch(this.#onError);
  }
}
