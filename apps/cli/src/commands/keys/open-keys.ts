import { StartupError } from "@bullpen/runtime";
import { type AccessKeyRecord, AccessKeyStore, TenantLimits, TenantRights } from "@bullpen/storage";
import { openStorage, type StorageOptions } from "../storage/open-storage.js";
import { type KeyChange, noteKeyChange } from "./note-key-change.js";

export type KeysOptions = StorageOptions;

/** What an installation stores of who may do what. */
interface Keys {
  readonly keys: AccessKeyStore;
  readonly tenantLimits: TenantLimits;
  /** Writes to the audit log. To be called after each change. */
  readonly note: (change: KeyChange) => Promise<void>;
  readonly tenantRights: TenantRights;
}

/** The keys of an installation, in its storage: no process needs to run. */
export async function openKeys(options: KeysOptions): Promise<Keys> {
  const { store, place } = await openStorage(options);
  console.error(`keys of ${place}`);
  return {
    keys: new AccessKeyStore(store),
    tenantLimits: new TenantLimits(store),
    note: (change) => noteKeyChange(store, change),
    tenantRights: new TenantRights(store),
  };
}

/** @throws {StartupError} when there is no such key. */
export async function findKey(keys: AccessKeyStore, id: string): Promise<AccessKeyRecord> {
  const record = /^[0-9a-f]{16}$/.test(id) ? await keys.find(id) : undefined;
  if (record) return record;
  throw new StartupError(
    `There is no key ${JSON.stringify(id)}. \`bullpen keys list\` shows the ids of all keys.`,
  );
}
