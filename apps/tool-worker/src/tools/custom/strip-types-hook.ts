import { readFile } from "node:fs/promises";
import type { LoadHook } from "node:module";
import { fileURLToPath } from "node:url";

/** A module loader's hook: TypeScript with its types stripped, as newer versions of Node do it themselves. */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (!/^file:.*\.m?ts$/.test(url)) return nextLoad(url, context);
  const source = await readFile(fileURLToPath(url), "utf8");
  const { code } = await strip(source, url);
  return { format: "module", source: code, shortCircuit: true };
};

async function strip(source: string, url: string): Promise<{ code: string }> {
  // Only who has TypeScript waits for its parser.
  const { transformSync } = await import("@swc/wasm-typescript");
  try {
    return transformSync(source, { mode: "strip-only", filename: url });
  } catch (error) {
    // What it throws is a plain object, which would come out of the loader without its text.
    const message = typeof error === "object" && error !== null ? Reflect.get(error, "message") : error;
    throw new SyntaxError(String(message));
  }
}
