import { stat } from "node:fs/promises";
import { type Architecture, type CatalogueEntry, findModel, sizeOf } from "@bullpen/llm/models";
import { StartupError } from "@bullpen/runtime";
import type { Env } from "../env.js";
import { findLocal } from "./pull.js";

/** What is known of a model, from the catalogue or the header of its file. */
export interface ModelFacts {
  readonly entry: CatalogueEntry | undefined;
  readonly architecture: Architecture;
  readonly weightBytes: number;
  /** The file to load, where it is on this machine. */
  readonly path: string | undefined;
}

/** @throws {StartupError} or a {@link ModelLoadError} where nothing is known. */
export async function readModelFacts(name: string, env: Env): Promise<ModelFacts> {
  const model = await findModel(name);
  if (model.kind === "file")
    return { entry: undefined, path: model.path, ...(await readFile(model.path, [model.path])) };
  const local = await findLocal(model, env);
  const { entry } = model;
  const published = entry && sizeOf(entry);
  if (entry && published !== undefined)
    return { entry, architecture: entry.architecture, weightBytes: published, path: local?.path };
  if (!local)
    throw new StartupError(
      `Nothing is known of ${name} before it is here. Get it: npx bullpen models pull ${name}`,
    );
  return { entry, path: local.path, ...(await readFile(local.path, local.files)) };
}

async function readFile(
  path: string,
  files: readonly string[],
): Promise<{ architecture: Architecture; weightBytes: number }> {
  // llama.cpp's reader takes half a second to load, which no other command needs.
  const { readArchitecture } = await import("@bullpen/llm");
  const architecture = await readArchitecture(path);
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return { architecture, weightBytes: sizes.reduce((sum, size) => sum + size, 0) };
}
