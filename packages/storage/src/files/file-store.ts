import type { Readable } from "node:stream";
import { type FilePurpose, filePurposeSchema, isId } from "@bullpen/contracts";
import { z } from "zod";
import type { Parts, Store, Written } from "../store.js";

/**
 * Files of tenants: `files/<tenant>/<id>/content` and beside it `file.json`, which is written last. A
 * file without it does not exist.
 */
export class FileStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Writes a file, over an earlier one of the same id. */
  async create(file: NewFile, parts: Parts): Promise<FileRecord> {
    return this.register({ ...file, ...(await this.writeContent(file.tenant, file.id, parts)) });
  }

  /** Writes the content of a file that is not there before it is registered. */
  async writeContent(tenant: string, id: string, parts: Parts, signal?: AbortSignal): Promise<Written> {
    return this.#store.put(contentKey(tenant, id), parts, signal);
  }

  /** Makes a file of content that was written. */
  async register(file: NewFile & Written): Promise<FileRecord> {
    const record = fileRecordSchema.parse(file);
    // First the reminder, then the file: one without a file does no harm.
    if (record.expires_at !== null) await this.#store.put(reminderKey(record), []);
    await this.#store.put(recordKey(record.tenant, record.id), [JSON.stringify(record)]);
    return record;
  }

  async find(tenant: string, id: string): Promise<FileRecord | undefined> {
    if (!isId("file", id)) return undefined;
    const text = await this.#store.readText(recordKey(tenant, id));
    const record = text === undefined ? undefined : fileRecordSchema.parse(JSON.parse(text));
    return record && !hasExpired(record) ? record : undefined;
  }

  /** Bytes from `start` up to, not including, `end`; default: all. */
  async read(record: FileRecord, range?: { start?: number; end?: number }): Promise<Readable> {
    return this.#store.read(contentKey(record.tenant, record.id), range);
  }

  /** Copies a file's content to a key, where it outlives the file. */
  async copyContent(record: FileRecord, key: string): Promise<void> {
    await this.#store.copy(contentKey(record.tenant, record.id), key);
  }

  /** Where a file's content is, for {@link FileStore.copyContent} to one that is not registered yet. */
  contentKey(tenant: string, id: string): string {
    return contentKey(tenant, id);
  }

  /** The ids of a tenant's files, oldest first. */
  async ids(tenant: string): Promise<string[]> {
    return this.#store.listFolders(`${FILES}/${tenant}`);
  }

  /**
   * Bytes that a tenant's files take.
   *
   * @param keyId only those that were uploaded with this key. Default: all.
   */
  async usedBytes(tenant: string, keyId?: string): Promise<number> {
    let bytes = 0;
    for (const id of await this.ids(tenant)) {
      if (keyId !== undefined && (await this.find(tenant, id))?.key_id !== keyId) continue;
      bytes += (await this.#store.stat(contentKey(tenant, id)))?.bytes ?? 0;
    }
    return bytes;
  }

  /** Removes a file; the record first, so that none is ever without its content. */
  async remove({ tenant, id }: Pick<FileRecord, "tenant" | "id">): Promise<void> {
    await this.#store.remove(recordKey(tenant, id));
    await this.#store.removeFolder(`${FILES}/${tenant}/${id}`);
  }

  /** Removes the files whose time is over; returns how many. */
  async removeExpired(): Promise<number> {
    let removed = 0;
    for (const name of await this.#store.list(EXPIRING_FILES)) {
      const reminder = parseReminder(name);
      if (!reminder || reminder.expires_at * 1_000 > Date.now()) break;
      await this.remove(reminder);
      await this.#store.remove(`${EXPIRING_FILES}/${name}`);
      removed++;
    }
    return removed;
  }
}

const fileRecordSchema = z.object({
  id: z.string(),
  tenant: z.string(),
  filename: z.string(),
  purpose: filePurposeSchema,
  bytes: z.int(),
  sha256: z.string(),
  /** The key that it was uploaded with. Default: none, or it is a batch's output. */
  key_id: z.string().optional(),
  /** Unix seconds. */
  created_at: z.int(),
  expires_at: z.int().nullable(),
});
export type FileRecord = z.output<typeof fileRecordSchema>;
export type NewFile = Omit<FileRecord, "bytes" | "sha256"> & { readonly purpose: FilePurpose };

export const FILES = "files";
/** Objects whose names say which file goes when; they sort by that time. */
export const EXPIRING_FILES = "expiring-files";
const SECONDS_LENGTH = 12;

function hasExpired(record: FileRecord): boolean {
  return record.expires_at !== null && record.expires_at * 1_000 <= Date.now();
}

function contentKey(tenant: string, id: string): string {
  return `${FILES}/${tenant}/${id}/content`;
}

function recordKey(tenant: string, id: string): string {
  return `${FILES}/${tenant}/${id}/file.json`;
}

function reminderKey({ tenant, id, expires_at }: FileRecord): string {
  return `${EXPIRING_FILES}/${String(expires_at).padStart(SECONDS_LENGTH, "0")} ${tenant} ${id}`;
}

function parseReminder(name: string): { expires_at: number; tenant: string; id: string } | undefined {
  const [seconds = "", tenant, id] = name.split(" ");
  return tenant && id ? { expires_at: Number(seconds), tenant, id } : undefined;
}
