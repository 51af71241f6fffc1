import { readPemFile } from "@bullpen/base/read-pem-file";
import { DataFolderError } from "./data-folder-error.js";
import { LocalStore } from "./local-store.js";
import type { StorageSettings } from "./storage-settings.js";
import { StorageError, type Store } from "./store.js";

/**
 * The store that the settings name: a bucket, else a folder. A bucket is not waited for, so that a process
 * starts while its storage is away.
 *
 * @param warn told why a bucket cannot be written to, where that is so at the start.
 * @throws {DataFolderError} when the folder cannot be written to. One that is full can be opened: what
 * removes files must run.
 * @throws {PemFileError} when `S3_CA_FILE` holds no certificate.
 */
export async function openStore(settings: StorageSettings, warn: (message: string) => void): Promise<Store> {
  const {
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = settings;
  if (bucket === undefined) return openFolder(settings.DATA_DIR);
  // The SDK is large; processes that keep their files on disk never load it.
  const { S3_CA_FILE: caFile } = settings;
  const ca = caFile === undefined ? undefined : readPemFile("S3_CA_FILE", caFile, "certificate");
  const { S3Store } = await import("./s3/s3-store.js");
  const store = new S3Store({
    bucket,
    endpoint: settings.S3_ENDPOINT,
    region: settings.S3_REGION,
    prefix: settings.S3_PREFIX,
    ca,
    forcePathStyle: settings.S3_FORCE_PATH_STYLE,
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
  });
  store.check().catch((error: Error) => warn(`${error.message} Until then nothing can be stored.`));
  return store;
}

async function openFolder(path: string): Promise<Store> {
  try {
    const store = await LocalStore.open(path);
    await store.check().catch((error: unknown) => {
      if (!(error instanceof StorageError && error.code === "full")) throw error;
    });
    return store;
  } catch (error) {
    throw new DataFolderError(path, error);
  }
}
