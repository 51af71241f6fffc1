import { Readable } from "node:stream";
import { type BatchRef, type BatchStore, StorageError } from "@bullpen/storage";

/**
 * A batch's input, or the bytes of a range. One that is gone from storage does not come back, however often
 * it is read: it reads as empty, so that its batch ends.
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
