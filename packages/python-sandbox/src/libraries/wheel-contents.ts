import { KIND } from "./libraries.js";
import type { Wheel } from "./wheel.js";

/** Lines of libraries that ask for what the sandbox has not, and what takes their place. */
const REPLACED = new Map([
  // There is no ctypes. sympy asks it for the size of a C `long` only, which is 4 in the sandbox.
  [
    "sympy.external.gmpy",
    { line: "from ctypes import c_long, sizeof", by: "c_long, sizeof = int, lambda kind: 4" },
  ],
]);

/** What a wheel brings: the sources of its modules and its other files, by their keys (libraries.ts). */
export interface WheelContents {
  readonly sources: Map<string, Uint8Array>;
  readonly data: Map<string, Uint8Array>;
}

/** Unpacks a wheel. Throws when it is damaged. */
export function wheelContents({ files }: Wheel): WheelContents {
  const sources = new Map<string, Uint8Array>();
  const data = new Map<string, Uint8Array>();
  for (const entry of files) {
    const bytes = entry.read();
    const module = moduleOf(entry.path);
    if (!module) data.set(`/${entry.path}`, tagged(KIND.data, bytes));
    else sources.set(module.name, tagged(module.kind, withReplacement(module.name, bytes)));
  }
  return { sources, data };
}

/** Such as `sympy/core/__init__.py`. Names that no program can import are data: a template, a script. */
function moduleOf(path: string): { name: string; kind: number } | undefined {
  if (!path.endsWith(".py")) return undefined;
  const parts = path.slice(0, -".py".length).split("/");
  if (!parts.every((part) => /^[A-Za-z_]\w*$/.test(part))) return undefined;
  const isPackage = parts.length > 1 && parts.at(-1) === "__init__";
  if (isPackage) parts.pop();
  return { name: parts.join("."), kind: isPackage ? KIND.package : KIND.module };
}

function tagged(kind: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([kind]), bytes]);
}

function withReplacement(module: string, source: Uint8Array): Uint8Array {
  const replacement = REPLACED.get(module);
  if (!replacement) return source;
  return Buffer.from(Buffer.from(source).toString().replace(replacement.line, replacement.by));
}
