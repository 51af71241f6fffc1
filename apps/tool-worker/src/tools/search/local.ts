import MiniSearch from "minisearch";
import { listDocuments } from "./list-documents.js";
import { type Passage, type ReadDocuments, readDocuments } from "./read-documents.js";
import { SearchFailedError, type SearchProvider, type SearchResult } from "./search-provider.js";
import { indexTerms, questionWords } from "./terms.js";

export interface LocalSearchOptions {
  /** A folder of `.md`, `.txt` and `.jsonl` files, at any depth, or one such file. */
  readonly documents: string;
  /** Results to return. Default 3. */
  readonly count?: number;
  /** How long an index is used before the files are checked again, in milliseconds. Default 1000. */
  readonly checkIntervalMs?: number;
  /** Milliseconds from any fixed moment. Default performance.now. */
  readonly now?: () => number;
  /** Called with the result of each reading: at the start, and after the files have changed. */
  readonly onRead?: (read: ReadDocuments) => void;
}

export interface LocalSearch extends SearchProvider {
  /** Reads the documents before the first search. @throws {SearchFailedError} if there is nothing to find. */
  prepare(): Promise<void>;
}

interface IndexedPassage extends Passage {
  readonly id: number;
}

interface Index {
  /** The documents' fingerprint: when it changes, the index is rebuilt. */
  readonly fingerprint: string;
  readonly passages: readonly IndexedPassage[];
  readonly search: MiniSearch<IndexedPassage>;
}

/** A passage is a result if it contains at least this share of the phrase's meaningful words. */
const MIN_SHARE = 1 / 3;
/** … and its score is at least this part of the best one's; passages below it only share a common word. */
const MIN_SCORE = 1 / 4;

const LONGEST_WORD = 64;

/** Passages that are indexed before other work gets a turn: some milliseconds. */
const INDEXED_AT_ONCE = 200;

/** Full-text search over a folder of documents; its results are passages. It is rebuilt when a file changes. */
export function createLocalSearch(options: LocalSearchOptions): LocalSearch {
  const { documents, count = 3, checkIntervalMs = 1000, now = () => performance.now(), onRead } = options;
  let index: Index | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<Index> | undefined;

  async function refresh(): Promise<Index> {
    const startedAt = now();
    const list = await listDocuments(documents);
    if (index?.fingerprint !== list.fingerprint) {
      const read = await readDocuments(list);
      index = { fingerprint: list.fingerprint, ...(await buildIndex(read.passages)) };
      onRead?.(read);
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
    name: "local",
    async prepare() {
      checkFindable(await currentIndex(), documents);
    },
    async search(phrase, signal) {
      signal.throwIfAborted();
      const current = await currentIndex();
      signal.throwIfAborted();
      checkFindable(current, documents);
      return best(current, phrase, count);
    },
  };
}

function checkFindable({ passages }: Index, documents: string): void {
  if (passages.length > 0) return;
  throw new SearchFailedError("documents", `${documents} holds no .md, .txt or .jsonl text.`);
}

function best({ search, passages }: Index, phrase: string, count: number): SearchResult[] {
  const words = new Map(questionWords(phrase).map((terms) => [terms.join("\0"), terms]));
  const hits = search.search(phrase).filter((hit) => {
    const met = new Set(hit.queryTerms);
    const wordsMet = [...words.values()].filter((terms) => isMet(terms, met));
    return wordsMet.length >= words.size * MIN_SHARE;
  });
  const minScore = (hits[0]?.score ?? 0) * MIN_SCORE;
  const good = hits.filter(({ score }) => score >= minScore);
  return good.slice(0, count).flatMap(({ id }) => {
    const passage = passages[id];
    if (!passage) return [];
    return [{ title: passage.context.join(" – "), url: passage.url, body: passage.text }];
  });
}

/** A word that has several terms counts as found if half of them are. */
function isMet(terms: readonly string[], met: ReadonlySet<string>): boolean {
  return terms.filter((term) => met.has(term)).length * 2 >= terms.length;
}

async function buildIndex(read: readonly Passage[]): Promise<Pick<Index, "passages" | "search">> {
  const passages = read.map((passage, id) => ({ ...passage, id }));
  const search = new MiniSearch<IndexedPassage>({
    fields: ["context", "text"],
    extractField: (passage, field) => {
      if (field === "context") return passage.context.join(" ");
      return field === "id" ? passage.id : passage.text;
    },
    tokenize: indexTerms,
    processTerm: (term) => term, // the tokenizer's terms are normalized already
    searchOptions: {
      tokenize: (phrase) => questionWords(phrase).flat(),
      // A word that goes on (France → French does not, Paris → Parisian does), or a typing error in a
      // longer one; short words and numbers must be met exactly, or 1889 would find 1899.
      prefix: (term) => term.length >= 4 && !/\d/.test(term),
      // A longer term is no word, and fuzzy matching takes time by the square of its length.
      fuzzy: (term) => (term.length >= 6 && term.length <= LONGEST_WORD && !/\d/.test(term) ? 0.2 : false),
      weights: { fuzzy: 0.3, prefix: 0.5 },
      boost: { context: 1.5 },
    },
  });
  await search.addAllAsync(passages, { chunkSize: INDEXED_AT_ONCE });
  return { passages, search };
}
