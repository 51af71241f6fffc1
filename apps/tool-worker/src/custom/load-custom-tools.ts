import { readdir } from "node:fs/promises";
import { register } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CLASSIC_TOOLS, FINAL_ANSWER, foldToolName } from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import type { ServedTool } from "../served-tool.js";
import { customToolSchema } from "./custom-tool-schema.js";
import { serveCustomTool } from "./serve-custom-tool.js";

const MODULE = /^[^._].*\.(?:ts|mts|js|mjs)$/;
const NO_TOOL = /\.d\.m?ts$|\.test\.\w+$/;

const RESERVED = [...CLASSIC_TOOLS.map((tool) => tool.name), FINAL_ANSWER].map(foldToolName);

/**
 * Loads a tool from each module in a folder. Files that begin with `.` or `_`, tests, type declarations and
 * subfolders are passed over.
 *
 * @throws {StartupError} naming the file, and the field at fault.
 */
export async function loadCustomTools(folder: string): Promise<ServedTool[]> {
  readTypeScript();
  const path = resolve(folder);
  const files = (await listModules(path)).map((name) => join(path, name));
  const tools: ServedTool[] = [];
  // Names that differ in case alone are most likely one tool in two files.
  const takenBy = new Map(RESERVED.map((name) => [name, "Bullpen itself"]));
  for (const file of files) {
    const tool = await loadTool(file);
    const { name } = tool.definition;
    const holder = takenBy.get(foldToolName(name));
    if (holder) throw atFault(file, `name: ${name} is taken by ${holder}`);
    takenBy.set(foldToolName(name), file);
    tools.push(tool);
  }
  return tools;
}

async function listModules(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && MODULE.test(entry.name) && !NO_TOOL.test(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(`TOOLS_FOLDER: ${folder} cannot be read (${reason}).`);
  }
}

async function loadTool(file: string): Promise<ServedTool> {
  let exported: { readonly default?: unknown };
  try {
    exported = await import(pathToFileURL(file).href);
  } catch (error) {
    throw atFault(file, `it cannot be loaded: ${error instanceof Error ? error.message : error}`);
  }
  if (exported.default === undefined) throw atFault(file, "it has no default export");
  const parsed = customToolSchema.safeParse(exported.default);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw atFault(file, `${issue?.path.join(".") || "default export"}: ${issue?.message}`);
  }
  try {
    return serveCustomTool(parsed.data);
  } catch (error) {
    throw atFault(file, `inputSchema: ${error instanceof Error ? error.message : error}`);
  }
}

function atFault(file: string, what: string): StartupError {
  return new StartupError(`TOOLS_FOLDER: ${file} is not a tool: ${what}.`);
}

let isRegistered = false;

/** From Node 22.18 on modules in TypeScript are read as they stand; before, a hook strips their types. */
function readTypeScript(): void {
  // `features.typescript` is too new for the type declarations of the oldest Node that we run on.
  if (isRegistered || Reflect.get(process.features, "typescript")) return;
  register("./strip-types-hook.js", import.meta.url);
  isRegistered = true;
}
