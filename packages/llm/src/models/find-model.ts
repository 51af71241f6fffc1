import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DEMO_MODEL } from "@bullpen/contracts";
import { findInCatalogue, readCatalogue, unknownModel } from "./catalogue.js";
import { isModelUri, parseModelUri } from "./model-source.js";
import type { RemoteModel } from "./pull-model.js";
import { suppliedFile } from "./supplied-file.js";

/** The model that comes with Bullpen. */
const DEMO_MODEL_PATH = fileURLToPath(suppliedFile("demo/bullpen-demo.gguf"));

/** What a `MODEL` means: a file, or a model to download. */
export type NamedModel =
  | { readonly kind: "file"; readonly path: string }
  | ({ readonly kind: "remote" } & RemoteModel);

/**
 * Reads a `MODEL`: the path of a file, a URI, `demo`, or a name of the catalogue. A path is not checked.
 *
 * @throws {ModelLoadError} for a name that means nothing, and for a URI that cannot be read.
 */
export async function findModel(model: string): Promise<NamedModel> {
  if (model === DEMO_MODEL) return { kind: "file", path: DEMO_MODEL_PATH };
  if (isModelUri(model)) {
    if (!isBinarySplit(model)) parseModelUri(model);
    return { kind: "remote", uri: model, entry: readCatalogue().find((entry) => entry.uri === model) };
  }
  if (/[\\/]|\.gguf$/i.test(model) || (await exists(model))) return { kind: "file", path: model };
  const entry = findInCatalogue(model);
  if (!entry) throw unknownModel(model);
  return { kind: "remote", uri: entry.uri, entry };
}

/** Files that were cut without gguf-split: node-llama-cpp downloads and joins them. */
export function isBinarySplit(uri: string): boolean {
  return /\.gguf\.part\d+of\d+$/i.test(uri);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
