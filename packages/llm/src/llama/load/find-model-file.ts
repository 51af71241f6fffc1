import { findModel, isBinarySplit } from "../../models/find-model.js";
import type { Hub } from "../../models/hub.js";
import { findPulled, pullModel } from "../../models/pull-model.js";
import { ModelLoadError } from "./model-load-error.js";
import { downloadAndJoin, findEarlierDownload } from "./node-llama-downloads.js";

export interface FindModelFileOptions {
  /** Path of a GGUF file, `hf:` URI, URL, name of the catalogue, or `demo`. */
  readonly model: string;
  /** Where downloaded models are kept. */
  readonly folder: string;
  /** Where `hf:` models come from. */
  readonly hub: Hub;
  /** Called with the part that is downloaded, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Called with what goes wrong and is tried again. */
  readonly onNote?: (message: string) => void;
}

/**
 * The path of the file that a `MODEL` setting means; a model of a hub is downloaded at its first use. Throws
 * {@link ModelLoadError} where it means none or cannot be had.
 */
export async function findModelFile(options: FindModelFileOptions): Promise<string> {
  const { folder, hub, onProgress, onNote } = options;
  const model = await findModelOfSetting(options.model);
  if (model.kind === "file") return model.path;
  const report = onProgress && { onProgress };
  if (isBinarySplit(model.uri)) return downloadAndJoin({ uri: model.uri, folder, ...report });
  const there = (await findPulled(model, folder))?.path ?? (await findEarlierDownload(model.uri, folder));
  if (there !== undefined) return there;
  const { path } = await pullModel({
    model,
    folder,
    hub,
    ...(onNote && { onNote }),
    onProgress: ({ done, total, file, files }) => {
      if (total) onProgress?.((file - 1 + done / total) / files);
    },
  });
  return path;
}

/** @throws {ModelLoadError} that names the setting. */
async function findModelOfSetting(model: string) {
  try {
    return await findModel(model);
  } catch (error) {
    if (!(error instanceof ModelLoadError)) throw error;
    throw new ModelLoadError(`MODEL=${model}: ${error.message}`);
  }
}
