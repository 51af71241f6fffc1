import type { Logger } from "@bullpen/runtime";
import type { LeftOut } from "./list-documents.js";
import { createLocalSearch } from "./local.js";
import type { SearchMetrics } from "./search-metrics.js";
import type { SearchProvider } from "./search-provider.js";

export interface OpenLocalSearchOptions {
  readonly documents: string;
  readonly count: number;
  readonly metrics: Pick<SearchMetrics, "setDocuments">;
  readonly logger: Pick<Logger, "info" | "warn">;
}

/** The number of files that a message names. */
const MAX_NAMED = 10;

/**
 * Opens the local provider, which reads its documents at once. It reports what it found and what it left out, in the log
 * and in the metrics, at the start and whenever the files have changed.
 */
export function openLocalSearch({
  documents,
  count,
  metrics,
  logger,
}: OpenLocalSearchOptions): SearchProvider {
  const search = createLocalSearch({
    documents,
    count,
    onRead: (read) => {
      metrics.setDocuments(read);
      const found = { documents: read.documents, passages: read.passages.length };
      logger.info({ folder: documents, ...found }, "read the documents to search");
      if (read.leftOut.length === 0) return;
      logger.warn({ left_out: describe(read.leftOut) }, `some of ${documents} cannot be searched`);
    },
  });
  search.prepare().catch((error: Error) => {
    const remedy = "Put documents there, or fix SEARCH_DOCUMENTS.";
    logger.warn({ err: error.cause }, `the local search finds nothing: ${error.message} ${remedy}`);
  });
  return search;
}

function describe(leftOut: readonly LeftOut[]): string[] {
  const named = leftOut.slice(0, MAX_NAMED).map(({ path, problem }) => `${path}: ${problem}`);
  return leftOut.length > MAX_NAMED ? [...named, `and ${leftOut.length - MAX_NAMED} more`] : named;
}
