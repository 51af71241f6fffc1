import { resolveModelFile } from "node-llama-cpp";
import { errorClause } from "../../error-clause.js";
import { ModelLoadError } from "./model-load-error.js";

export interface ResolveModelUriOptions {
  /** `hf:user/repository:Q4_K_M`, `hf:user/repository/file.gguf`, or an `https:` URL of a GGUF file. */
  readonly uri: string;
  /** Where downloaded files are kept and found again. */
  readonly folder: string;
  /** Called with the part that is downloaded, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * The path of a model on a hub, which is downloaded at its first use. The URI schemes are
 * node-llama-cpp's. Throws {@link ModelLoadError} when the download fails.
 */
export async function resolveModelUri({ uri, folder, onProgress }: ResolveModelUriOptions): Promise<string> {
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
