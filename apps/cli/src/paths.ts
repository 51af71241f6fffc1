import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package of the command line: `apps/cli`, or `bullpen` in somebody's `node_modules`. */
const PACKAGE = dirname(fileURLToPath(new URL("./", import.meta.url)));

const IS_INSTALLED = basename(dirname(PACKAGE)) === "node_modules";

/** The repository, or the package that was installed from it. */
const ROOT = IS_INSTALLED ? PACKAGE : dirname(dirname(PACKAGE));

/** Questions and documents that `bullpen demo` uses. */
export const EXAMPLES = join(ROOT, "examples");

/** Where relative paths in settings begin: in the repository, or where an installed Bullpen is called. */
export const WORKING_FOLDER = IS_INSTALLED ? process.cwd() : ROOT;

/** Where stacks keep their data and models: all commands of a user find them there, wherever they are called. */
export const STATE_FOLDER = join(IS_INSTALLED ? homedir() : ROOT, ".bullpen");

/** The compiled entry point of a process. */
export function appEntry(app: string): string {
  return fileURLToPath(import.meta.resolve(`@bullpen/${app}/main`));
}

/** What `bullpen tune` runs. */
export function tuneEntry(): string {
  return fileURLToPath(import.meta.resolve("@bullpen/worker/tune/main"));
}
