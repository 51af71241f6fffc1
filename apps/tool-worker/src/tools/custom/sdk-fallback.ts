import * as nodeModule from "node:module";

export const SDK = "@bullpen/tool-sdk";

/** Whether an error says that no such package is installed beside the module that imports it. */
export function isUnknownSdk(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}

type NextResolve = (specifier: string, context: ResolveContext) => object;
interface ResolveContext {
  readonly parentURL?: string | undefined;
}
interface Hooks {
  readonly resolve: (specifier: string, context: ResolveContext, nextResolve: NextResolve) => object;
}

/**
 * Makes this process load tools: modules in TypeScript, and modules that import the SDK where it is not installed.
 * From Node 22.18 on a hook in this thread is enough. Before, hooks in a thread of their own also strip types.
 */
export function prepareLoader(): void {
  // `features.typescript` and `registerHooks` are newer than the type declarations of the oldest supported Node.
  const registerHooks: ((hooks: Hooks) => void) | undefined = Reflect.get(nodeModule, "registerHooks");
  if (registerHooks && Reflect.get(process.features, "typescript")) registerHooks({ resolve });
  else nodeModule.register("./module-hooks.js", import.meta.url);
}

function resolve(specifier: string, context: ResolveContext, nextResolve: NextResolve): object {
  if (specifier !== SDK) return nextResolve(specifier, context);
  try {
    return nextResolve(specifier, context);
  } catch (error) {
    if (!isUnknownSdk(error)) throw error;
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  }
}
