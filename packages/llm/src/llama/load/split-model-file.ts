import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorClause } from "../../error-clause.js";
import { ModelLoadError } from "./model-load-error.js";

/** How llama.cpp's gguf-split names the parts of a model. */
const PART_NAME = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;

/**
 * Checks that of a split model the first part is named and the others lie beside it. Throws
 * {@link ModelLoadError}. A file with another kind of name passes.
 */
export async function checkParts(modelPath: string): Promise<void> {
  const names = partNames(modelPath);
  if (names.length < 2) return;
  const [first = ""] = names;
  const index = names.indexOf(basename(modelPath));
  if (index !== 0)
    throw new ModelLoadError(
      `${modelPath} is part ${index + 1} of a model in ${names.length} parts. Give the path of its first part, ${first}.`,
    );
  const there = new Set(await namesBeside(modelPath));
  const missing = names.filter((name) => !there.has(name));
  if (missing.length === 0) return;
  const [missed = "", ...others] = missing;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  throw new ModelLoadError(
    `${modelPath} is the first of ${names.length} parts of a model, and ${missed}${more} ${others.length > 0 ? "are" : "is"} missing beside it. Download all parts into one folder.`,
  );
}

/** The names of all parts of a split model, or the one name of a model that is not split. */
function partNames(modelPath: string): string[] {
  const [, stem = "", , count = ""] = PART_NAME.exec(basename(modelPath)) ?? [];
  const nameOf = (part: number) => `${stem}-${String(part).padStart(5, "0")}-of-${count}.gguf`;
  const parts = Number(count);
  return parts < 2 ? [basename(modelPath)] : Array.from({ length: parts }, (_, i) => nameOf(i + 1));
}

/** Bytes of a model's file, or of all its parts. */
export async function modelBytes(modelPath: string): Promise<number> {
  const files = partNames(modelPath).map((name) => join(dirname(modelPath), name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function namesBeside(modelPath: string): Promise<string[]> {
  const folder = dirname(modelPath);
  try {
    return await readdir(folder);
  } catch (error) {
    throw new ModelLoadError(
      `The folder of the model, ${folder}, cannot be read (${errorClause(error)}). Check its permissions.`,
    );
  }
}

/** What the header of a part says about the split. */
export interface SplitInfo {
  readonly count: number;
  readonly index: number;
}

/** Checks that a part of a split model bears the name by which llama.cpp finds the others. */
export function checkPartName(modelPath: string, { count, index }: SplitInfo): void {
  if (count < 2 || PART_NAME.test(basename(modelPath))) return;
  const suffix = `-${String(index + 1).padStart(5, "0")}-of-${String(count).padStart(5, "0")}.gguf`;
  throw new ModelLoadError(
    `${modelPath} is part ${index + 1} of a model in ${count} parts, which are found by their names: name it as it was, ending in ${suffix}, and put the others beside it.`,
  );
}
