import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { type Parts, StorageError, type Store, type StoredObject, toBytes, type Written } from "./store.js";
import { syncFolder } from "./write-file-durably.js";

const PARTIAL = ".partial";

/** A store in a folder of the local disk (or of one that all hosts mount). */
export class LocalStore implements Store {
  readonly #root: string;

  /** @throws {StorageError} when the folder can be neither found nor made. */
  static async open(root: string): Promise<LocalStore> {
    await translated(root, () => mkdir(root, { recursive: true }));
    return new LocalStore(root);
  }

  private constructor(root: string) {
    this.#root = root;
  }

  async put(key: string, parts: Parts, signal?: AbortSignal): Promise<Written> {
    const path = this.#path(key);
    return translated(key, async () => {
      const { partial, ...written } = await this.#writePartial(path, parts, signal);
      await placed(partial, path, () => rename(partial, path));
      return written;
    });
  }

  async putOnce(key: string, parts: Parts): Promise<boolean> {
    const path = this.#path(key);
    return translated(key, async () => {
      const { partial } = await this.#writePartial(path, parts);
      return placed(partial, path, async () => {
        try {
          await link(partial, path);
          return true;
        } catch (error) {
          if (codeOf(error) === "EEXIST") return false;
          throw error;
        } finally {
          await rm(partial, { force: true });
        }
      });
    });
  }

  async read(key: string, range: { start?: number; end?: number } = {}): Promise<Readable> {
    return translated(key, async () => {
      const file = await open(this.#path(key), "r");
      const { start = 0, end } = range;
      return file.createReadStream({ start, ...(end !== undefined && { end: Math.max(end - 1, start) }) });
    });
  }

  async readText(key: string): Promise<string | undefined> {
    return orUndefined(() => translated(key, () => readFile(this.#path(key), "utf8")));
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    const found = await orUndefined(() => translated(key, () => stat(this.#path(key))));
    return found?.isFile() ? { name: basename(key), bytes: found.size } : undefined;
  }

  async list(folder: string): Promise<StoredObject[]> {
    const names = (await this.#entries(folder)).filter((entry) => entry.isFile()).map((entry) => entry.name);
    const objects = names
      .filter((name) => !name.endsWith(PARTIAL))
      .map((name) => this.stat(`${folder}/${name}`));
    return (await Promise.all(objects)).filter((object) => object !== undefined).sort(byName);
  }

  async listFolders(folder: string): Promise<string[]> {
    return (await this.#entries(folder))
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  }

  async copy(from: string, to: string): Promise<void> {
    const path = this.#path(to);
    await translated(from, async () => {
      await makeFolder(dirname(path));
      const partial = partialOf(path);
      // A hard link where the file system can: objects are never changed in place.
      await link(this.#path(from), partial).catch(() =>
        copyFile(this.#path(from), partial, constants.COPYFILE_FICLONE),
      );
      await placed(partial, path, () => rename(partial, path));
    });
  }

  async remove(key: string): Promise<void> {
    await translated(key, () => rm(this.#path(key), { force: true }));
  }

  async removeFolder(folder: string): Promise<void> {
    await translated(folder, () => rm(this.#path(folder), { recursive: true, force: true }));
  }

  async check(): Promise<void> {
    await translated(this.#root, () => access(this.#root, constants.W_OK));
  }

  async #entries(folder: string) {
    const entries = await orUndefined(() =>
      translated(folder, () => readdir(this.#path(folder), { withFileTypes: true })),
    );
    return entries ?? [];
  }

  async #writePartial(
    path: string,
    parts: Parts,
    signal?: AbortSignal,
  ): Promise<Written & { partial: string }> {
    await makeFolder(dirname(path));
    const partial = partialOf(path);
    const hash = createHash("sha256");
    let bytes = 0;
    const file = await open(partial, "wx");
    try {
      for await (const part of toBytes(parts)) {
        signal?.throwIfAborted();
        hash.update(part);
        bytes += part.byteLength;
        await file.writeFile(part);
      }
      signal?.throwIfAborted();
      await file.sync();
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return { partial, bytes, sha256: hash.digest("hex") };
  }

  #path(key: string): string {
    const segments = key.split("/");
    if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
      throw new Error(`${JSON.stringify(key)} is not a key`);
    }
    return join(this.#root, ...segments);
  }
}

function partialOf(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}${PARTIAL}`;
}

/** Puts a finished partial file in its place, durably. */
async function placed<T>(partial: string, path: string, place: () => Promise<T>): Promise<T> {
  try {
    const result = await place();
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** A folder is durable once the one that holds it is synced. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder))
    await syncFolder(dirname(folder));
}

function byName(a: StoredObject, b: StoredObject): number {
  return a.name < b.name ? -1 : 1;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** Runs an operation on files; what goes wrong with the disk becomes a {@link StorageError}. */
async function translated<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const code = codeOf(error);
    const options = { cause: error };
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new StorageError("not_found", `There is no ${what} in storage.`, options);
    }
    if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
      throw new StorageError("full", "The storage has no room left.", options);
    }
    if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "EIO" || code === "EMFILE") {
      throw new StorageError("unavailable", `The storage refused ${what} (${code}).`, options);
    }
    throw error;
  }
}

async function orUndefined<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StorageError && error.code === "not_found") return undefined;
    throw error;
  }
}
