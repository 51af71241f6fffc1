import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import MiniSearch from "minisearch";
import { type Paragraph, splitParagraphs } from "./paragraphs.js";
import { SearchFailedError, type SearchProvider, type SearchResult } from "./search-provider.js";
import { normalizeTerm } from "./terms.js";

export interface LocalSearchOptions {
  /** Folder with `.md` and `.txt` files, at any depth; hidden files and links are passed over. */
  readonly documentsFolder: string;
  /** Results to return. Default 3. */
  readonly count?: number;
  /** How long an index is trusted without a look at the files, in milliseconds. Default 1000. */
  readonly checkIntervalMs?: number;
  /** Milliseconds from any fixed moment. Default performance.now. */
  readonly now?: () => number;
}

interface IndexedParagraph extends Paragraph {
  readonly id: number;
  readonly path: string;
}

interface Index {
  /** Every file's path, time of change and size; a different one means another index. */
  readonly fingerprint: string;
  readonly paragraphs: readonly IndexedParagraph[];
  readonly search: MiniSearch<IndexedParagraph>;
}

/** A paragraph is a result when it holds at least this share of the phrase's meaningful words. */
const MIN_SHARE = 1 / 3;
/** … and its score is at least this part of the best one's; below that is what shares a common word. */
const MIN_SCORE = 1 / 4;

/** Full-text search over a folder of documents; its results are paragraphs. Made anew when a file changes. */
export function createLocalSearch(options: LocalSearchOptions): SearchProvider {
  const { documentsFolder, count = 3, checkIntervalMs = 1000, now = () => performance.now() } = options;
  let index: Index | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<Index> | undefined;

  async function refresh(): Promise<Index> {
    const startedAt = now();
    const files = await listDocuments(documentsFolder);
    const fingerprint = files.map(({ path, changed, size }) => `${path}\0${changed}\0${size}`).join("\n");
    if (index?.fingerprint !== fingerprint) {
      index = await buildIndex(
        documentsFolder,
        files.map(({ path }) => path),
        fingerprint,
      );
    }
    checkedAt = startedAt;
    return index;
  }

  async function currentIndex(): Promise<Index> {
    if (index && now() - checkedAt < checkIntervalMs) return index;
    refreshing ??= refresh().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  return {
    async search(phrase, signal) {
      signal.throwIfAborted();
      const { search, paragraphs } = await currentIndex();
      signal.throwIfAborted();
      return best(search, paragraphs, phrase, count);
    },
  };
}

function best(
  index: MiniSearch<IndexedParagraph>,
  paragraphs: readonly IndexedParagraph[],
  phrase: string,
  count: number,
): SearchResult[] {
  const meaningful = new Set<string>();
  for (const word of MiniSearch.getDefault("tokenize")(phrase)) {
    const term = normalizeTerm(word);
    if (term !== null) meaningful.add(term);
  }
  const needed = meaningful.size * MIN_SHARE;
  const hits = index.search(phrase).filter((hit) => new Set(hit.queryTerms).size >= needed);
  const minScore = (hits[0]?.score ?? 0) * MIN_SCORE;
  const good = hits.filter(({ score }) => score >= minScore);
  return good.slice(0, count).flatMap(({ id }) => {
    const paragraph = paragraphs[id];
    if (!paragraph) return [];
    return [{ title: paragraph.context.join(" – "), url: paragraph.path, body: paragraph.text }];
  });
}

async function buildIndex(folder: string, paths: readonly string[], fingerprint: string): Promise<Index> {
  const paragraphs: IndexedParagraph[] = [];
  for (const path of paths) {
    for (const paragraph of splitParagraphs(path, await readFile(join(folder, path), "utf8"))) {
      paragraphs.push({ ...paragraph, id: paragraphs.length, path });
    }
  }
  if (paragraphs.length === 0) throw noDocuments(folder);
  const search = new MiniSearch<IndexedParagraph>({
    fields: ["context", "text"],
    extractField: (paragraph, field) => {
      if (field === "context") return paragraph.context.join(" ");
      return field === "id" ? paragraph.id : paragraph.text;
    },
    processTerm: normalizeTerm,
    searchOptions: {
      // A word that goes on (France → French does not, Paris → Parisian does), or a slip of the pen in a
      // longer one; short words and numbers must be met exactly, or 1889 would find 1899.
      prefix: (term) => term.length >= 4 && !/\d/.test(term),
      fuzzy: (term) => (term.length >= 6 && !/\d/.test(term) ? 0.2 : false),
      weights: { fuzzy: 0.3, prefix: 0.5 },
      boost: { context: 1.5 },
    },
  });
  search.addAll(paragraphs);
  return { fingerprint, paragraphs, search };
}

async function listDocuments(folder: string): Promise<{ path: string; changed: number; size: number }[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (cause) {
    throw new SearchFailedError("documents", `the documents folder ${folder} cannot be read.`, { cause });
  }
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(?:md|txt)$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !/(?:^|[\\/])\./.test(path))
    .sort();
  if (paths.length === 0) throw noDocuments(folder);
  return Promise.all(
    paths.map(async (path) => {
      const { mtimeMs, size } = await stat(join(folder, path));
      return { path, changed: mtimeMs, size };
    }),
  );
}

function noDocuments(folder: string): SearchFailedError {
  return new SearchFailedError("documents", `the documents folder ${folder} holds no .md or .txt text.`);
}
