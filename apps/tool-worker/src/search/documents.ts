import type { Dirent, Stats } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { z } from "zod";
import { splitParagraphs } from "./paragraphs.js";
import { SearchFailedError } from "./search-provider.js";

/** A piece of a document that can be a result. */
export interface Passage {
  /** The document's title and the headings above the passage, outermost first. */
  readonly context: readonly string[];
  readonly text: string;
  /** An address that the document names, or the document's path. */
  readonly url: string;
}

/** Files as they are now. */
export interface DocumentList {
  readonly folder: string;
  /** Relative to the folder, sorted. */
  readonly paths: readonly string[];
  /** Changes with every file's path, time of change and size. */
  readonly fingerprint: string;
}

const DOCUMENT = /\.(?:md|txt|jsonl)$/i;

const recordSchema = z.object({
  title: z.string().optional(),
  url: z.string().optional(),
  text: z.string(),
});

/**
 * The documents in a folder, at any depth, or the one file that `path` names. Hidden files and links are
 * passed over. Rejects with SearchFailedError when there are none.
 */
export async function listDocuments(path: string): Promise<DocumentList> {
  const stats = await orFailure(path, stat(path));
  const folder = stats.isFile() ? dirname(path) : path;
  const paths = stats.isFile() ? [basename(path)] : await listFolder(path);
  if (paths.length === 0) throw noDocuments(path);
  const all: Stats[] = await Promise.all(paths.map((each) => stat(join(folder, each))));
  const fingerprint = all.map(({ mtimeMs, size }, i) => `${paths[i]}\0${mtimeMs}\0${size}`).join("\n");
  return { folder, paths, fingerprint };
}

/** The passages of all documents: of Markdown and text the paragraphs, of JSONL the records' texts. */
export async function readPassages({ folder, paths }: DocumentList): Promise<Passage[]> {
  const passages: Passage[] = [];
  for (const path of paths) {
    const text = await readFile(join(folder, path), "utf8");
    if (/\.jsonl$/i.test(path)) passages.push(...readRecords(path, text));
    else passages.push(...splitParagraphs(path, text).map((paragraph) => ({ ...paragraph, url: path })));
  }
  if (passages.length === 0) throw noDocuments(folder);
  return passages;
}

/** One record a line: `{"text": "…"}`, with `title` and `url` if it likes. */
function readRecords(path: string, content: string): Passage[] {
  const name = basename(path, extname(path)).replace(/[-_]+/g, " ");
  return content.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const { title, url, text } = parseRecord(line, `${path}:${i + 1}`);
    return text.trim() === "" ? [] : [{ context: [title ?? name], text, url: url ?? path }];
  });
}

function parseRecord(line: string, at: string): z.output<typeof recordSchema> {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new SearchFailedError("documents", `${at} is no JSON object with a "text".`, { cause });
  }
}

async function listFolder(folder: string): Promise<string[]> {
  const entries: Dirent[] = await orFailure(
    folder,
    readdir(folder, { recursive: true, withFileTypes: true }),
  );
  return entries
    .filter((entry) => entry.isFile() && DOCUMENT.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !/(?:^|[\\/])\./.test(path))
    .sort();
}

async function orFailure<T>(path: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    throw new SearchFailedError("documents", `the documents in ${path} cannot be read.`, { cause });
  }
}

function noDocuments(path: string): SearchFailedError {
  return new SearchFailedError("documents", `${path} holds no .md, .txt or .jsonl text.`);
}
