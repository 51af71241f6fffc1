import { readFile } from "node:fs/promises";
import type { LoadHook, ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";
import { isUnknownSdk, SDK } from "./sdk-fallback.js";

// Hooks of the module loader for versions of Node before 22.18. Newer ones need no `load` hook, and run the
// `resolve` hook without a thread (see sdk-fallback.ts).

/** Resolves the SDK to Bullpen's copy when none is installed beside the tool. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  if (specifier !== SDK) return nextResolve(specifier, context);
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!isUnknownSdk(error)) throw error;
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  }
};

/** Loads TypeScript with its types stripped, as newer versions of Node do it themselves. */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (!/^file:.*\.m?ts$/.test(url)) return nextLoad(url, context);
  const source = await readFile(fileURLToPath(url), "utf8");
  const { code } = await strip(source, url);
  return { format: "module", source: code, shortCircuit: true };
};

async function strip(source: string, url: string): Promise<{ code: string }> {
  // Imported here, so that only tools in TypeScript wait for the parser.
  const { transformSync } = await import("@swc/wasm-typescript");
  try {
    return transformSync(source, { mode: "strip-only", filename: url });
  } catch (error) {
    // It throws a plain object, whose text the loader would lose.
    const message = typeof error === "object" && error !== null ? Reflect.get(error, "message") : error;
    throw new SyntaxError(String(message));
  }
}
