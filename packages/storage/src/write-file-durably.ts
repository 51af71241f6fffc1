import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Content } from "./content.js";
import type { Parts } from "./store.js";

const BLOCK_BYTES = 256 * 1024;

/**
 * Writes a file so that after any crash there is either the old one or the whole new one: the parts go
 * to a temporary file beside it, which is fsynced, renamed over it, and the folder fsynced. On failure
 * the temporary file is removed and the error passed on.
 *
 * @param parts text in UTF-8 or bytes; taken one by one, so that a file may be larger than memory.
 */
export async function writeFileDurably(path: string, parts: Parts): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
  try {
    await writeNewFile(partial, new Content(parts));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Writes a file that is not there yet, and syncs it. On failure it is left for the caller to remove. */
export async function writeNewFile(path: string, content: Content): Promise<void> {
  const file = await open(path, "wx");
  try {
    for await (const block of content.blocks(BLOCK_BYTES)) await file.writeFile(block);
    await file.sync();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  // Some file systems report a full disk here and nowhere else.
  await file.close();
}

/** A rename is durable once its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
