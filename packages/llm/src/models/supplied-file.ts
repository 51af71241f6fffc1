import { existsSync } from "node:fs";

/** `models/`, seen from `dist/models`: in the package as it is published, else in the repository. */
const FOLDERS = [
  new URL("../../models/", import.meta.url),
  new URL("../../../../models/", import.meta.url),
] as const;

/** A file that comes with Bullpen, by its path in `models/`. */
export function suppliedFile(path: string): URL {
  const [published, repository] = FOLDERS;
  return new URL(path, existsSync(published) ? published : repository);
}
