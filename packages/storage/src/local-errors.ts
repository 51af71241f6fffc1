import { StorageError } from "./store.js";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
/** A key's path is not a file, or a parent of it is not a folder. */
const MISPLACED = new Set(["EISDIR", "ENOTDIR", "EEXIST", "ENOTEMPTY"]);

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** What a failed read of an object means. */
export function toReadError(key: string, error: unknown): Error {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") {
    return new StorageError("not_found", `There is no ${key} in storage.`, { cause: error });
  }
  return toStorageError(key, error);
}

/** What a failed write means. Here a file that is missing is the storage's own: its folder was taken away. */
export function toWriteError(key: string, error: unknown): Error {
  const code = codeOf(error);
  if (code !== undefined && FULL.has(code)) {
    return new StorageError("full", `The storage has no room left for ${key} (${code}).`, { cause: error });
  }
  if (code !== undefined && MISPLACED.has(code)) {
    return new RangeError(`${key} cannot be written: it is a folder, or lies below an object (${code}).`, {
      cause: error,
    });
  }
  if (code === "EXDEV") {
    const message = `The storage's folder must be one file system, and ${key} is on another (EXDEV).`;
    return new StorageError("unavailable", message, { cause: error });
  }
  return toStorageError(key, error);
}

function toStorageError(key: string, error: unknown): Error {
  if (error instanceof StorageError) return error;
  const code = codeOf(error);
  // Only the system's errors say something about the disk.
  if (error instanceof Error && code !== undefined && "syscall" in error) {
    return new StorageError("unavailable", `The storage refused ${key} (${code}).`, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
