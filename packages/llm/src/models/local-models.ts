import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { isLocked } from "./file-lock.js";

/** A model file under the folder of downloaded models, or the start of one. */
export interface LocalFile {
  readonly path: string;
  /** Relative to the folder. */
  readonly name: string;
  readonly bytes: number;
  /** Whether it is a download that was cut or that runs. */
  readonly isPart: boolean;
}

const ENDING = /\.gguf(\.part)?$/i;

/** The model files under `folder`, by name; none where there is no such folder. */
export async function listLocalFiles(folder: string): Promise<LocalFile[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names
    .filter((name) => ENDING.test(name))
    .map((name) => readLocalFile(folder, join(folder, name)));
  const found = (await Promise.all(files)).filter((file) => file !== undefined);
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

async function readLocalFile(folder: string, path: string): Promise<LocalFile | undefined> {
  const file = await stat(path).catch(() => undefined);
  if (!file?.isFile()) return undefined;
  return { path, name: relative(folder, path), bytes: file.size, isPart: path.endsWith(".part") };
}

/** Whether a process downloads this file now. */
export async function isBeingPulled(path: string): Promise<boolean> {
  return isLocked(`${path.replace(/\.part$/, "")}.lock`);
}

/** Removes files with what a download kept beside them, and the folders that are empty then, up to `folder`. */
export async function removeLocalFiles(paths: readonly string[], folder: string): Promise<void> {
  for (const path of paths) {
    const target = path.replace(/\.part$/, "");
    for (const one of [target, `${target}.part`, `${target}.part.json`]) await rm(one, { force: true });
    await removeEmpty(dirname(target), folder);
  }
}

async function removeEmpty(path: string, top: string): Promise<void> {
  if (path === top || relative(top, path).startsWith("..")) return;
  const names = await readdir(path).catch(() => ["?"]);
  if (names.some((name) => !name.endsWith(".tag"))) return;
  await rm(path, { recursive: true, force: true });
  await removeEmpty(dirname(path), top);
}
