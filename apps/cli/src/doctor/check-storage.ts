import { stat } from "node:fs/promises";
import { newId } from "@bullpen/contracts";
import { openStore, type StorageSettings } from "@bullpen/storage";
import { type Finding, failure, ok, skipped } from "./finding.js";

/** Writes, reads and removes an object where files and batches are kept. */
export async function checkStorage(settings: StorageSettings): Promise<Finding> {
  const { S3_BUCKET: bucket, DATA_DIR: folder } = settings;
  const place = bucket === undefined ? folder : `the bucket ${bucket}`;
  if (bucket === undefined && !(await stat(folder).catch(() => undefined)))
    return skipped("storage", `${folder} is not there yet: it is made at the first start`);
  const store = await openStore(settings, () => {});
  const key = `doctor/${newId("file")}`;
  const text = `written by bullpen doctor at ${new Date().toISOString()}`;
  try {
    await store.put(key, [text]);
    const read = await store.readText(key);
    if (read !== text)
      return failure(
        "storage",
        `${place} gave back something else than was written`,
        "Check its file system, or what is between Bullpen and the bucket.",
      );
    return ok("storage", `${place} is written and read`);
  } finally {
    await store.removeFolder("doctor").catch(() => {});
  }
}
