import { fileURLToPath } from "node:url";

/** The repository's root, seen from `apps/cli/dist`. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The compiled entry point of a process. */
export function appEntry(app: string): string {
  return fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));
}

/** What `bullpen tune` runs. */
export function tuneEntry(): string {
  return fileURLToPath(new URL("../../worker/dist/tune/main.js", import.meta.url));
}
