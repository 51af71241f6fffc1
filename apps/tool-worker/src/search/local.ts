import MiniSearch from "minisearch";
import { type DocumentList, listDocuments, type Passage, readPassages } from "./documents.js";
import type { SearchProvider, SearchResult } from "./search-provider.js";
import { normalizeTerm } from "./terms.js";

export interface LocalSearchOptions {
  /** A folder of `.md`, `.txt` and `.jsonl` files, at any depth, or one such file. */
  readonly documents: string;
  /** Results to return. Default 3. */
  readonly count?: number;
  /** How long an index is trusted without a look at the files, in milliseconds. Default 1000. */
  readonly checkIntervalMs?: number;
  /** Milliseconds from any fixed moment. Default performance.now. */
  readonly now?: () => number;
}

interface IndexedPassage extends Passage {
  readonly id: number;
}

interface Index {
  /** The documents' fingerprint; a different one means another index. */
  readonly fingerprint: string;
  readonly passages: readonly IndexedPassage[];
  readonly search: MiniSearch<IndexedPassage>;
}

/** A passage is a result when it holds at least this share of the phrase's meaningful words. */
const MIN_SHARE = 1 / 3;
/** … and its score is at least this part of the best one's; below that is what shares a common word. */
const MIN_SCORE = 1 / 4;

/** Full-text search over a folder of documents; its results are passages. Made anew when a file changes. */
export function createLocalSearch(options: LocalSearchOptions): SearchProvider {
  const { documents, count = 3, checkIntervalMs = 1000, now = () => performance.now() } = options;
  let index: Index | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<Index> | undefined;

  async function refresh(): Promise<Index> {
    const startedAt = now();
    const list = await listDocuments(documents);
    if (index?.fingerprint !== list.fingerprint) index = await buildIndex(list);
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
    async search(phrase, signal) {
      signal.throwIfAborted();
      const { search, passages } = await currentIndex();
      signal.throwIfAborted();
      return best(search, passages, phrase, count);
    },
  };
}

function best(
  index: MiniSearch<IndexedPassage>,
  passages: readonly IndexedPassage[],
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
    const passage = passages[id];
    if (!passage) return [];
    return [{ title: passage.context.join(" – "), url: passage.url, body: passage.text }];
  });
}

async function buildIndex(list: DocumentList): Promise<Index> {
  const passages = (await readPassages(list)).map((passage, id) => ({ ...passage, id }));
  const search = new MiniSearch<IndexedPassage>({
    fields: ["context", "text"],
    extractField: (passage, field) => {
      if (field === "context") return passage.context.join(" ");
      return field === "id" ? passage.id : passage.text;
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
  search.addAll(passages);
  return { fingerprint: list.fingerprint, passages, search };
}
