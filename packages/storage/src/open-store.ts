import { LocalStore } from "./local-store.js";
import type { StorageSettings } from "./storage-settings.js";
import type { Store } from "./store.js";

/**
 * The store that the settings name: a bucket, else a folder. A bucket is not asked yet, so that a process
 * starts while its storage is away; `check()` asks.
 *
 * @throws {StorageError} when the folder can be neither found nor made.
 */
export async function openStore(settings: StorageSettings): Promise<Store> {
  const {
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = settings;
  if (bucket === undefined) return LocalStore.open(settings.DATA_DIR);
  // The SDK is large; processes that keep their files on disk never load it.
  const { S3Store } = await import("./s3/s3-store.js");
  return new S3Store({
    bucket,
    endpoint: settings.S3_ENDPOINT,
    region: settings.S3_REGION,
    prefix: settings.S3_PREFIX,
    forcePathStyle: settings.S3_FORCE_PATH_STYLE,
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
  });
}
