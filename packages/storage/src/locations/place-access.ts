import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readPemFile } from "@bullpen/base/read-pem-file";
import { codeOf } from "../local-errors.js";
import type { StorageSettings } from "../storage-settings.js";
import { type Parts, StorageError } from "../store.js";
import type { Place } from "./location.js";
import type { LocationAccessSettings } from "./location-settings.js";

/** A place cannot be read or written, and trying again would not help. The message is for the caller. */
export class PlaceError extends Error {
  override readonly name = "PlaceError";
}

/** A file that is open for reading. */
export interface OpenPlace {
  readonly byteLength: number;
  /** All of it. To be read or destroyed. */
  stream(): Promise<Readable>;
  /** The bytes from `start` up to, not including, `end`. */
  slice(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Reads and writes files at the places that batches name. */
export class PlaceAccess {
  readonly #settings: LocationAccessSettings & StorageSettings;

  constructor(settings: LocationAccessSettings & StorageSettings) {
    this.#settings = settings;
  }

  /** @throws {PlaceError} when there is no such file or it may not be read; a StorageError when another time may do. */
  async open(place: Place): Promise<OpenPlace> {
    return place.kind === "s3" ? this.#openObject(place) : openFile(place);
  }

  /** Writes a file, over an older one; it appears whole or not at all. @throws as {@link PlaceAccess.open}. */
  async write(place: Place, parts: Parts): Promise<void> {
    if (place.kind === "folder") return writeFile(place, parts);
    const store = await this.#bucket(place.bucket);
    await translated(place, () => store.put(place.key, parts));
  }

  async #openObject(place: Extract<Place, { kind: "s3" }>): Promise<OpenPlace> {
    const store = await this.#bucket(place.bucket);
    const found = await translated(place, () => store.stat(place.key));
    if (!found) throw new PlaceError("There is no such object.");
    const read = (range?: { start: number; end: number }) =>
      translated(place, () => store.read(place.key, range));
    return {
      byteLength: found.bytes,
      stream: () => read(),
      slice: async (start, end) => Buffer.concat(await (await read({ start, end })).toArray()),
      close: async () => {},
    };
  }

  async #bucket(bucket: string) {
    const settings = this.#settings;
    // Keys of the storage must not go to another store.
    const own = settings.BATCH_S3_ENDPOINT !== undefined || settings.BATCH_S3_ACCESS_KEY_ID !== undefined;
    const [accessKeyId, secretAccessKey] = own
      ? [settings.BATCH_S3_ACCESS_KEY_ID, settings.BATCH_S3_SECRET_ACCESS_KEY]
      : [settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY];
    const { S3_CA_FILE: caFile } = settings;
    const { S3Store } = await import("../s3/s3-store.js");
    return new S3Store({
      bucket,
      endpoint: own ? settings.BATCH_S3_ENDPOINT : settings.S3_ENDPOINT,
      region: settings.BATCH_S3_REGION ?? settings.S3_REGION,
      ca: own || caFile === undefined ? undefined : readPemFile("S3_CA_FILE", caFile, "certificate"),
      forcePathStyle: own ? undefined : settings.S3_FORCE_PATH_STYLE,
      ...(accessKeyId !== undefined &&
        secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
    });
  }
}

/** What the store refuses the caller or the operator must solve; what it cannot do now it may do later. */
async function translated<T>(place: Extract<Place, { kind: "s3" }>, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === "not_found") throw new PlaceError("There is no such object.");
    const { s3CodeOf, s3StatusOf } = await import("../s3/s3-errors.js");
    const status = s3StatusOf(error.cause);
    const isRefused =
      status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (!isRefused) throw error;
    // Not what the store said: that may tell of keys.
    const code = s3CodeOf(error.cause) ?? "no reason";
    throw new PlaceError(
      `The store of the bucket ${place.bucket} refused it (${status}, ${code}). The operator must check the bucket's policy and Bullpen's keys.`,
    );
  }
}

type FolderPlace = Extract<Place, { kind: "folder" }>;

async function openFile(place: FolderPlace): Promise<OpenPlace> {
  // Not blocking: opening a pipe would wait for whoever writes to it.
  const file = await open(place.path, constants.O_RDONLY | constants.O_NONBLOCK).catch(refuse);
  try {
    await checkWithin(place, await pathOf(file, place.path));
    const found = await file.stat();
    if (!found.isFile()) throw new PlaceError("It is no plain file.");
    return {
      byteLength: found.size,
      stream: async () => file.createReadStream({ start: 0, autoClose: false }),
      slice: async (start, end) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where an open file is, links followed: of the very file that is read, whatever its name stands for by now. */
async function pathOf(file: FileHandle, path: string): Promise<string> {
  return readlink(`/proc/self/fd/${file.fd}`).catch(() => realpath(path));
}

async function checkWithin({ folder }: FolderPlace, path: string): Promise<void> {
  const root = await realpath(folder).catch(refuse);
  if (!path.startsWith(root + sep)) throw new PlaceError("It is a link that leaves the allowed folder.");
}

async function writeFile(place: FolderPlace, parts: Parts): Promise<void> {
  const folder = await realpath(dirname(place.path)).catch(refuse);
  const target = join(folder, basename(place.path));
  await checkWithin(place, target);
  const aside = join(folder, `.${basename(target)}.${randomUUID()}`);
  const file = await open(aside, "wx").catch(refuse);
  try {
    await pipeline(Readable.from(bytesOf(parts)), file.createWriteStream({ flush: true }));
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { force: true });
    throw isFull(error)
      ? new StorageError("full", "The folder of the batch's output is full.", { cause: error })
      : error;
  }
}

async function* bytesOf(parts: Parts): AsyncGenerator<Uint8Array> {
  for await (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}

function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(codeOf(error) ?? "");
}

/** @throws {PlaceError} that names no other path than the one that was asked for. */
function refuse(error: unknown): never {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") throw new PlaceError("There is no such file or folder.");
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    throw new PlaceError("Bullpen may not use it. The operator must check its permissions.");
  }
  if (code === "ELOOP" || code === "ENAMETOOLONG" || code === "ENXIO" || code === "EISDIR") {
    throw new PlaceError(`It cannot be opened (${code}).`);
  }
  throw error;
}
