import { join, resolve } from "node:path";
import { parseEnv, StartupError } from "@bullpen/runtime";
import {
  type AccessKeyRecord,
  AccessKeyStore,
  checkStorageSettings,
  openStore,
  storageSettings,
  TenantLimits,
  TenantRights,
} from "@bullpen/storage";
import { z } from "zod";
import { inheritedEnv, setAmong } from "../../env.js";
import { STATE_FOLDER } from "../../paths.js";
import { type KeyChange, noteKeyChange } from "./note-key-change.js";

export interface KeysOptions {
  /** The data folder of a stack, as `bullpen up --data` names it. */
  readonly data?: string;
}

/** What an installation stores of who may do what. */
interface Keys {
  readonly keys: AccessKeyStore;
  readonly tenantLimits: TenantLimits;
  /** Writes to the audit log. To be called after each change. */
  readonly note: (change: KeyChange) => Promise<void>;
  readonly tenantRights: TenantRights;
}

export const DATA_OPTION = [
  "--data <folder>",
  "the data folder of `bullpen up` (default: DATA_DIR or S3_BUCKET where set, else .bullpen/up)",
] as const;

const settingsSchema = z.object(storageSettings).superRefine(checkStorageSettings);

/** The keys of an installation, in its storage: no process needs to run. */
export async function openKeys({ data }: KeysOptions): Promise<Keys> {
  const isSet = setAmong(["DATA_DIR", "S3_BUCKET"]).length > 0;
  const folder = data === undefined && isSet ? undefined : resolve(data ?? join(STATE_FOLDER, "up"), "data");
  const settings = parseEnv(settingsSchema, {
    ...inheritedEnv(),
    ...(folder !== undefined && { DATA_DIR: folder, S3_BUCKET: "" }),
  });
  const store = await openStore(settings, (message) => console.error(message));
  console.error(
    `keys of ${settings.S3_BUCKET === undefined ? settings.DATA_DIR : `the bucket ${settings.S3_BUCKET}`}`,
  );
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
