import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { Content } from "./content.js";
import { type ByteRange, checkedKey, checkedRange, nameOf } from "./key.js";
import { codeOf, toReadError, toWriteError } from "./local-errors.js";
import { makeFolder } from "./make-folder.js";
import type { Parts, Store, StoredObject, Written } from "./store.js";
import { syncFolder, writeNewFile } from "./write-file-durably.js";

/** Where objects are written before they are moved to their place; no key begins with a dot. */
const PARTIAL_FOLDER = ".partial";
const PARTIAL_LIFETIME_MS = 24 * 3_600 * 1_000;
const MAX_MOVES = 5;

/** A store in a folder of the local disk, or of one that all hosts mount. The folder is one file system. */
export class LocalStore implements Store {
  readonly #root: string;
  readonly #partialFolder: string;

  /**
   * Also removes what crashed processes left half-written more than a day ago.
   *
   * @throws {StorageError} when the folder can be neither found nor made.
   */
  static async open(root: string): Promise<LocalStore> {
    const store = new LocalStore(root);
    try {
      await makeFolder(store.#partialFolder);
      await store.#removeOldPartials();
    } catch (error) {
      throw toWriteError(root, error);
    }
    return store;
  }

  private constructor(root: string) {
    this.#root = resolve(root);
    this.#partialFolder = join(this.#root, PARTIAL_FOLDER);
  }

  async put(key: string, parts: Parts, signal?: AbortSignal): Promise<Written> {
    const content = new Content(parts, signal);
    await this.#create(key, content, (partial, path) => rename(partial, path));
    return content.written();
  }

  async putOnce(key: string, parts: Parts, signal?: AbortSignal): Promise<boolean> {
    return this.#create(key, new Content(parts, signal), async (partial, path) => {
      try {
        await link(partial, path);
        return true;
      } catch (error) {
        if (codeOf(error) === "EEXIST" && (await stat(path)).isFile()) return false;
        throw error;
      }
    });
  }

  async read(key: string, range: ByteRange = {}): Promise<Readable> {
    const path = this.#path(key);
    const { start, end } = checkedRange(range);
    const file = await this.#reading(key, () => open(path, "r"));
    try {
      if (!(await file.stat()).isFile()) throw Object.assign(new Error(), { code: "EISDIR" });
      // A file stream's `end` is its last byte: it cannot express an empty range.
      if (end === undefined || end > start) {
        return file.createReadStream({ start, ...(end !== undefined && { end: end - 1 }) });
      }
      await file.close();
      return Readable.from([], { objectMode: false });
    } catch (error) {
      await file.close().catch(() => undefined);
      throw toReadError(key, error);
    }
  }

  async readText(key: string): Promise<string | undefined> {
    const path = this.#path(key);
    return this.#orUndefined(key, () => readFile(path, "utf8"));
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    const path = this.#path(key);
    const found = await this.#orUndefined(key, () => stat(path));
    return found?.isFile() ? { name: nameOf(key), bytes: found.size } : undefined;
  }

  async list(folder: string): Promise<string[]> {
    return this.#names(folder, (entry) => entry.isFile());
  }

  async listFolders(folder: string): Promise<string[]> {
    return this.#names(folder, (entry) => entry.isDirectory());
  }

  async copy(from: string, to: string): Promise<void> {
    const source = this.#path(from);
    const fill = async (partial: string) => {
      try {
        // A hard link where the file system can: objects are never changed in place.
        await link(source, partial);
      } catch (error) {
        if (codeOf(error) === "ENOENT") throw toReadError(from, error);
        await copyFile(source, partial, constants.COPYFILE_FICLONE);
        await syncFolder(partial);
      }
    };
    await this.#place(to, fill, (partial, path) => rename(partial, path));
  }

  async remove(key: string): Promise<void> {
    await this.#removeDurably(key, (path) => rm(path, { force: true }));
  }

  async removeFolder(folder: string): Promise<void> {
    // Moved away first: gone at once, and a writer that comes late cannot fill it while it is emptied.
    const away = this.#newPartial();
    await this.#removeDurably(folder, (path) => rename(path, away));
    await this.#writing(folder, () => rm(away, { recursive: true, force: true, maxRetries: 3 }));
  }

  async check(): Promise<void> {
    const probe = this.#newPartial();
    try {
      await writeNewFile(probe, new Content(["can it be written to?"]));
    } catch (error) {
      throw toWriteError(this.#root, error);
    } finally {
      await rm(probe, { force: true }).catch(() => undefined);
    }
  }

  async #create<T>(
    key: string,
    content: Content,
    move: (partial: string, path: string) => Promise<T>,
  ): Promise<T> {
    const fill = async (partial: string) => {
      try {
        await writeNewFile(partial, content);
      } catch (error) {
        throw error === content.sourceError ? new SourceError(error) : error;
      }
    };
    return this.#place(key, fill, move);
  }

  /** Fills a partial file, moves it to its place and makes that durable; leaves nothing when it fails. */
  async #place<T>(
    key: string,
    fill: (partial: string) => Promise<void>,
    move: (partial: string, path: string) => Promise<T>,
  ): Promise<T> {
    const path = this.#path(key);
    const partial = this.#newPartial();
    try {
      await fill(partial);
      const moved = await inFolder(dirname(path), () => move(partial, path));
      await this.#syncFoldersAbove(path);
      return moved;
    } catch (error) {
      if (error instanceof SourceError) throw error.cause;
      throw toWriteError(key, error);
    } finally {
      // Still there after a link, and after a rename onto another link to the same file.
      await rm(partial, { force: true }).catch(() => undefined);
    }
  }

  async #removeDurably(key: string, remove: (path: string) => Promise<void>): Promise<void> {
    const path = this.#path(key);
    await this.#writing(key, async () => {
      try {
        await remove(path);
        await syncFolder(dirname(path));
      } catch (error) {
        if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") throw error;
      }
    });
  }

  /** All of them: any may have been made a moment ago, by another process that has not synced it yet. */
  async #syncFoldersAbove(path: string): Promise<void> {
    const folders = [];
    for (let folder = dirname(path); folder.length >= this.#root.length; folder = dirname(folder)) {
      folders.push(folder);
    }
    await Promise.all(folders.map(syncIfThere));
  }

  async #names(folder: string, isWanted: (entry: Entry) => boolean): Promise<string[]> {
    const path = this.#path(folder);
    const entries = await this.#orUndefined(folder, () => readdir(path, { withFileTypes: true }));
    return (entries ?? [])
      .filter(isWanted)
      .map((entry) => entry.name)
      .sort();
  }

  async #removeOldPartials(): Promise<void> {
    const oldest = Date.now() - PARTIAL_LIFETIME_MS;
    for (const name of await readdir(this.#partialFolder)) {
      const path = join(this.#partialFolder, name);
      const found = await stat(path).catch(() => undefined);
      if (found && found.mtimeMs < oldest) await rm(path, { recursive: true, force: true });
    }
  }

  async #reading<T>(key: string, run: () => Promise<T>): Promise<T> {
    return run().catch((error: unknown) => Promise.reject(toReadError(key, error)));
  }

  async #writing<T>(key: string, run: () => Promise<T>): Promise<T> {
    return run().catch((error: unknown) => Promise.reject(toWriteError(key, error)));
  }

  async #orUndefined<T>(key: string, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      const translated = toReadError(key, error);
      if ("code" in translated && translated.code === "not_found") return undefined;
      throw translated;
    }
  }

  #newPartial(): string {
    return join(this.#partialFolder, randomBytes(12).toString("hex"));
  }

  #path(key: string): string {
    return join(this.#root, ...checkedKey(key).split("/"));
  }
}

type Entry = { isFile(): boolean; isDirectory(): boolean };

/** Carries what a source threw past the translation of the disk's own errors. */
class SourceError extends Error {
  constructor(cause: unknown) {
    super("the source failed", { cause });
  }
}

/** Runs a move into a folder that is made first, and again when somebody removes it in between. */
async function inFolder<T>(folder: string, move: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(folder, { recursive: true });
    try {
      return await move();
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || attempt === MAX_MOVES) throw error;
    }
  }
}

/** One that was removed in the meantime took the object along. */
async function syncIfThere(folder: string): Promise<void> {
  try {
    await syncFolder(folder);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}
