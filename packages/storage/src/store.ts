import type { Readable } from "node:stream";
import type { ByteRange } from "./key.js";

/** The content of an object: text in UTF-8 or bytes, taken part by part, so that it may be larger than memory. */
export type Parts = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** What was written. */
export interface Written {
  readonly bytes: number;
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
}

export interface StoredObject {
  /** The last part of the key. */
  readonly name: string;
  readonly bytes: number;
}

/**
 * Durable objects under keys such as `batches/default/batch_1/manifest.json`. An object appears whole or
 * not at all, and is on disk when the promise resolves. All methods reject with a {@link StorageError}
 * when the storage is full or cannot be reached, and with a `RangeError` for what cannot be a key
 * (`key.ts`). What a source throws, or an abort's reason, is passed on as it is.
 */
export interface Store {
  /** Writes an object, over an older one under the key. On failure, or when `signal` aborts, nothing changes. */
  put(key: string, parts: Parts, signal?: AbortSignal): Promise<Written>;
  /** Writes an object unless the key has one; returns whether this one was stored. */
  putOnce(key: string, parts: Parts, signal?: AbortSignal): Promise<boolean>;
  /**
   * The stream is to be read or destroyed: until then it holds a file or a connection.
   *
   * @param range default: all. A range beyond the object's end is empty.
   * @throws {StorageError} `not_found`
   */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** A whole small object as text; `undefined` when there is none. */
  readText(key: string): Promise<string | undefined>;
  /** `undefined` when there is no such object. */
  stat(key: string): Promise<StoredObject | undefined>;
  /** The names of the objects directly in a folder, sorted; empty for a folder that is not there. */
  list(folder: string): Promise<string[]>;
  /** The names of the folders directly in a folder, sorted. */
  listFolders(folder: string): Promise<string[]>;
  /**
   * Copies an object without reading it, where the storage can.
   *
   * @throws {StorageError} `not_found`
   */
  copy(from: string, to: string): Promise<void>;
  /** Removes an object; one that is not there is no error. */
  remove(key: string): Promise<void>;
  /** Removes a folder with all that it holds. */
  removeFolder(folder: string): Promise<void>;
  /** Resolves when the storage can be written to. */
  check(): Promise<void>;
}

/** `full`: no room left. `unavailable`: it cannot be reached or refuses; another time may do. */
export type StorageErrorCode = "not_found" | "full" | "unavailable";

export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
