import { USES as ACCESS_KEY_USES, FOLDER as ACCESS_KEYS } from "./access/access-key-store.js";
import { FOLDER as TENANT_LIMITS } from "./access/tenant-limits.js";
import { FOLDER as TENANT_RIGHTS } from "./access/tenant-rights.js";
import { AUDIT_FOLDER } from "./audit/audit-segments.js";
import { ACTIVE, activeKey, ROOT as BATCHES } from "./batches/batch-keys.js";
import { BatchStore } from "./batches/batch-store.js";
import { EXPIRING_FILES, FILES } from "./files/file-store.js";
import { FOLDER as HISTORY } from "./history/history-store.js";
import { StorageError, type Store } from "./store.js";
import { FOLDER as USAGE } from "./usage/usage-store.js";
import { PENDING_WEBHOOKS, WEBHOOKS } from "./webhooks/webhook-store.js";

/**
 * All folders of an installation, in the order in which they are copied while it works: what refers to others first, so
 * that what it refers to is there when it is copied.
 */
export const STORED_FOLDERS = [
  BATCHES,
  FILES,
  EXPIRING_FILES,
  WEBHOOKS,
  PENDING_WEBHOOKS,
  USAGE,
  HISTORY,
  AUDIT_FOLDER,
  ACCESS_KEYS,
  ACCESS_KEY_USES,
  TENANT_LIMITS,
  TENANT_RIGHTS,
  ACTIVE,
] as const;

export interface Copied {
  readonly objects: number;
  readonly bytes: number;
}

/** A batch that ends while it is copied is copied again; one that changes more often than this does not end. */
const MOST_PASSES = 20;

/**
 * Copies an installation's storage into an empty one, also while it works: batches are as they were at some moment of the
 * copy, and those that had not ended go on in the copy.
 *
 * @param onFolder called before each folder.
 * @throws {NotEmptyError} when the target holds anything.
 * @throws {StorageError} when either cannot be reached or the target is full. Nothing in the source changes.
 */
export async function copyStore(
  from: Store,
  to: Store,
  onFolder: (folder: string) => void = () => {},
): Promise<Copied> {
  for (const folder of STORED_FOLDERS) {
    if (await holdsAnything(to, folder)) throw new NotEmptyError(folder);
  }
  const total = { objects: 0, bytes: 0 };
  for (const folder of STORED_FOLDERS) {
    if (folder === ACTIVE) continue; // markers of the source may be older or newer than the batches that were copied
    onFolder(folder);
    if (folder !== BATCHES) add(total, await copyFolder(from, to, folder));
    else
      for (const tenant of await from.listFolders(BATCHES)) {
        for (const id of await from.listFolders(`${BATCHES}/${tenant}`))
          add(total, await copyWhole(from, to, `${BATCHES}/${tenant}/${id}`));
      }
  }
  await markActive(from, to);
  return total;
}

/** The target of a copy holds objects already. */
export class NotEmptyError extends Error {
  override readonly name = "NotEmptyError";
  readonly operatorMessage = true;

  constructor(folder: string) {
    super(
      `The storage to copy into is not empty: it holds objects in ${folder}. Name an empty folder or bucket.`,
    );
  }
}

async function holdsAnything(store: Store, folder: string): Promise<boolean> {
  if ((await store.list(folder)).length > 0) return true;
  for (const name of await store.listFolders(folder)) {
    if (await holdsAnything(store, `${folder}/${name}`)) return true;
  }
  return false;
}

/** Copies a batch as it was at one moment: its parts go when it has ended, after its end is stored. */
async function copyWhole(from: Store, to: Store, folder: string): Promise<Copied> {
  for (let pass = 1; ; pass++) {
    try {
      return await copyFolder(from, to, folder, true);
    } catch (error) {
      if (!isGone(error) || pass === MOST_PASSES) throw error;
    }
  }
}

/** @param isWhole whether an object that goes meanwhile is an error; else it is left out. */
async function copyFolder(from: Store, to: Store, folder: string, isWhole = false): Promise<Copied> {
  const total = { objects: 0, bytes: 0 };
  for (const name of await from.listFolders(folder))
    add(total, await copyFolder(from, to, `${folder}/${name}`, isWhole));
  for (const name of await from.list(folder)) {
    const key = `${folder}/${name}`;
    try {
      const { bytes } = await to.put(key, await from.read(key));
      add(total, { objects: 1, bytes });
    } catch (error) {
      if (isWhole || !isGone(error)) throw error;
    }
  }
  return total;
}

/**
 * Every batch that has not ended is found by the batchers that start on the copy. One whose records cannot be read is
 * active if it is in the source.
 */
async function markActive(from: Store, to: Store): Promise<void> {
  const [source, batches] = [new BatchStore(from), new BatchStore(to)];
  for (const tenant of await to.listFolders(BATCHES)) {
    for (const id of await batches.ids(tenant)) {
      const state = await batches.find({ tenant, id }).catch(() => undefined);
      const isActive = state ? !state.end || state.retry : await source.isActive({ tenant, id });
      if (isActive) await to.put(activeKey({ tenant, id }), []);
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof StorageError && error.code === "not_found";
}

function add(total: { objects: number; bytes: number }, { objects, bytes }: Copied): void {
  total.objects += objects;
  total.bytes += bytes;
}
