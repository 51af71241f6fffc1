import { join, resolve } from "node:path";
import { parseEnv } from "@bullpen/runtime";
import { checkStorageSettings, openStore, type Store, storageSettings } from "@bullpen/storage";
import { z } from "zod";
import { inheritedEnv, setAmong } from "../../env.js";
import { STATE_FOLDER } from "../../paths.js";

export interface StorageOptions {
  /** The data folder of a stack, as `bullpen up --data` names it. */
  readonly data?: string;
}

export const DATA_OPTION = [
  "--data <folder>",
  "the data folder of `bullpen up` (default: DATA_DIR or S3_BUCKET where set, else .bullpen/up)",
] as const;

const settingsSchema = z.object(storageSettings).superRefine(checkStorageSettings);

/** The storage of an installation: no process needs to run. `place` is where it is, for people. */
export async function openStorage({ data }: StorageOptions): Promise<{ store: Store; place: string }> {
  const isSet = setAmong(["DATA_DIR", "S3_BUCKET"]).length > 0;
  const folder = data === undefined && isSet ? undefined : resolve(data ?? join(STATE_FOLDER, "up"), "data");
  const settings = parseEnv(settingsSchema, {
    ...inheritedEnv(),
    ...(folder !== undefined && { DATA_DIR: folder, S3_BUCKET: "" }),
  });
  const store = await openStore(settings, (message) => console.error(message));
  const { S3_BUCKET: bucket, DATA_DIR } = settings;
  return { store, place: bucket === undefined ? DATA_DIR : `the bucket ${bucket}` };
}
