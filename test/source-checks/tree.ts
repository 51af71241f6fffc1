import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { ROOT } from "../testing/run-app.js";

const LEFT_OUT = new Set(["node_modules", "dist", "coverage", "__pycache__"]);

/** Paths of all files of the repository, from its root; without hidden folders other than `.github` and `.ci`. */
export function filesOfTree(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    const isHidden = entry.name.startsWith(".") && entry.name !== ".github" && entry.name !== ".ci";
    if (!entry.isDirectory()) return [path];
    return LEFT_OUT.has(entry.name) || isHidden ? [] : filesOfTree(path);
  });
}

export const readSource = (path: string) => readFileSync(join(ROOT, path), "utf8");
export const exists = (path: string) => existsSync(join(ROOT, path));
export const hasExtension = (path: string, extensions: readonly string[]) =>
  extensions.includes(extname(path).slice(1));
