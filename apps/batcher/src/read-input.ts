import { Readable } from "node:stream";
import { type BatchRef, type BatchStore, StorageError } from "@bullpen/storage";

/**
 * A batch's input, or a range of its bytes. An input that storage has lost reads as empty, so that its batch
 * ends: to retry would never succeed.
 */
export async function readInput(
  batches: BatchStore,
  batch: BatchRef,
  range?: { start: number; end: number },
): Promise<Readable> {
  try {
    return await batches.readInput(batch, range);
  } catch (error) {
    if (error instanceof StorageError && error.code === "not_found") return Readable.from([]);
    throw error;
  }
}
