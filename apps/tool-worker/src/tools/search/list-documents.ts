import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { SearchFailedError } from "./search-provider.js";

/** A file that is searched. */
export interface Document {
  /** Relative to the folder of documents; the name in results and messages. */
  readonly path: string;
  /** The file's real path, with all links resolved. */
  readonly file: string;
  readonly bytes: number;
}

/** A file or part of a file that was left out, and why. */
export interface LeftOut {
  /** Relative to the folder of documents. */
  readonly path: string;
  /** A sentence that names the remedy. */
  readonly problem: string;
  /** The lines that were left out. Default: the whole file. */
  readonly lines?: number;
}

/** The current files. */
export interface DocumentList {
  /** Sorted by path. */
  readonly documents: readonly Document[];
  readonly leftOut: readonly LeftOut[];
  /** Changes with the path, place, time of change or size of any file, and with what is left out. */
  readonly fingerprint: string;
}

const DOCUMENT = /\.(?:md|txt|jsonl)$/i;

/**
 * The documents in a folder, at any depth, or the one file that `path` names. Hidden files are skipped.
 *
 * A link is followed if it leads to a file or folder within the folder, as the links of a Kubernetes ConfigMap do. A link
 * that leads out of the folder, or to a hidden file such as `.env`, is left out: a user who can write into the folder must
 * not be able to show other files of the machine in answers. Each file is read once, however many links lead to it, so
 * circular links end.
 *
 * @throws {SearchFailedError} if `path` cannot be read.
 */
export async function listDocuments(path: string): Promise<DocumentList> {
  const root = await orFailure(path, realpath(path));
  const stats = await orFailure(path, stat(root));
  const walk = new Walk(root);
  if (stats.isDirectory()) await orFailure(path, walk.all());
  else walk.found.set(root, basename(path));
  const leftOut = [...walk.leftOut];
  const documents: Document[] = [];
  const marks: string[] = [];
  for (const [file, name] of walk.found) {
    const now: Stats | undefined = await stat(file).catch(() => undefined);
    if (!now) continue; // removed meanwhile
    documents.push({ path: name, file, bytes: now.size });
    marks.push(`${name}\0${file}\0${now.mtimeMs}\0${now.size}`);
  }
  documents.sort((a, b) => (a.path < b.path ? -1 : 1));
  const fingerprint = [...marks, ...leftOut.map((each) => `${each.path}\0${each.problem}`)].sort().join("\n");
  return { documents, leftOut, fingerprint };
}

interface Folder {
  readonly path: string;
  readonly real: string;
}

class Walk {
  /** Paths, by the real path of their file. */
  readonly found = new Map<string, string>();
  readonly leftOut: LeftOut[] = [];
  readonly #root: string;
  readonly #seen = new Set<string>();
  /** Links are followed last, so that a real file within the folder is named by its own path. */
  readonly #links: { readonly path: string; readonly place: string }[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  async all(): Promise<void> {
    await this.#folder({ path: "", real: this.#root }, await this.#entries(this.#root));
    for (let link = this.#links.shift(); link; link = this.#links.shift()) await this.#follow(link);
  }

  async #folder({ path, real }: Folder, entries: readonly Dirent[]): Promise<void> {
    this.#seen.add(real);
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      const inner = { path: join(path, entry.name), real: join(real, entry.name) };
      if (entry.isSymbolicLink()) this.#links.push({ path: inner.path, place: inner.real });
      else await this.#take(inner, entry);
    }
  }

  async #take(place: Folder, kind: Pick<Dirent, "isDirectory" | "isFile">): Promise<void> {
    const { path, real } = place;
    if (kind.isDirectory()) {
      if (this.#seen.has(real)) return;
      try {
        await this.#folder(place, await this.#entries(real));
      } catch (error) {
        this.#leaveOut(path, `The folder cannot be read (${codeOf(error)}). Check its permissions.`);
      }
    } else if (!DOCUMENT.test(path)) return;
    else if (!kind.isFile()) this.#leaveOut(path, "It is no plain file.");
    else if (!this.found.has(real)) this.found.set(real, path);
  }

  async #follow({ path, place }: { path: string; place: string }): Promise<void> {
    try {
      const real = await realpath(place);
      const stats = await stat(real);
      if (!stats.isDirectory() && !DOCUMENT.test(path)) return;
      if (this.#isShown(real)) await this.#take({ path, real }, stats);
      else {
        const problem =
          "It is a link that leads out of the folder of documents, or to a hidden file. Put the file itself there.";
        this.#leaveOut(path, problem);
      }
    } catch (error) {
      this.#leaveOut(path, `It is a link that leads to no file (${codeOf(error)}).`);
    }
  }

  /** Names that begin with two dots are the internal folders of a ConfigMap, to which its links lead. */
  #isShown(real: string): boolean {
    if (real !== this.#root && !real.startsWith(this.#root + (this.#root.endsWith(sep) ? "" : sep)))
      return false;
    return relative(this.#root, real)
      .split(sep)
      .every((name) => !name.startsWith(".") || name.startsWith(".."));
  }

  async #entries(folder: string): Promise<Dirent[]> {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #leaveOut(path: string, problem: string): void {
    this.leftOut.push({ path, problem });
  }
}

async function orFailure<T>(path: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    throw new SearchFailedError("documents", `the documents in ${path} cannot be read.`, { cause });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
