import { resolveModelFile } from "node-llama-cpp";
import { errorClause } from "../../error-clause.js";
import { ModelLoadError } from "./model-load-error.js";

/**
 * The path of a model that node-llama-cpp has downloaded, as Bullpen 0.2 did; `undefined` where it has not. No network
 * is asked.
 */
export async function findEarlierDownload(uri: string, folder: string): Promise<string | undefined> {
  return resolveModelFile(uri, { directory: folder, cli: false, download: false }).catch(() => undefined);
}

export interface DownloadAndJoinOptions {
  /** The first part of a file that was cut by bytes, as `….gguf.part1of9`. */
  readonly uri: string;
  readonly folder: string;
  /** Called with the part that is downloaded, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** Downloads the parts of a file that was cut by bytes, and joins them. Throws {@link ModelLoadError}. */
export async function downloadAndJoin({ uri, folder, onProgress }: DownloadAndJoinOptions): Promise<string> {
  try {
    return await resolveModelFile(uri, {
      directory: folder,
      cli: false,
      onProgress: ({ totalSize, downloadedSize }) =>
        onProgress?.(totalSize > 0 ? downloadedSize / totalSize : 0),
    });
  } catch (error) {
    throw new ModelLoadError(
      `The model ${uri} could not be downloaded to ${folder} (${errorClause(error)}). Check the URI and the network, or give the path of a GGUF file.`,
    );
  }
}
