import { withTimeout } from "@bullpen/base";
import type { CircuitState } from "@bullpen/redis";
import { Counter, Gauge, type Registry } from "@bullpen/runtime";
import type { ReadDocuments } from "./read-documents.js";

export interface SearchMetrics {
  countRequest(provider: string, result: string): void;
  countLookup(provider: string, result: "hit" | "miss"): void;
  /** Reports the state of a provider's circuit whenever the metrics are read. */
  watchCircuit(provider: string, readState: () => Promise<CircuitState>): void;
  setDocuments(read: ReadDocuments): void;
}

const STATES: readonly CircuitState[] = ["closed", "open", "half_open"];

/** If Redis does not answer, the metrics keep their last values. */
const READ_TIMEOUT_MS = 1_000;

export function createSearchMetrics(registry: Registry): SearchMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: "bullpen_search_requests_total",
    help: "Requests to search providers by result; busy and paused ones were not made.",
    labelNames: ["provider", "result"],
    registers,
  });
  const lookups = new Counter({
    name: "bullpen_search_cache_total",
    help: "Searches that the shared cache answered (hit) or did not (miss).",
    labelNames: ["provider", "result"],
    registers,
  });
  const watched = new Map<string, () => Promise<CircuitState>>();
  new Gauge({
    name: "bullpen_search_circuit",
    help: "1 for the state of the provider's circuit: closed, open (it is left alone) or half_open (it is tried).",
    labelNames: ["provider", "state"],
    registers,
    async collect() {
      for (const [provider, readState] of watched) {
        const late = "Redis does not answer.";
        const now = await withTimeout(readState(), READ_TIMEOUT_MS, late).catch(() => undefined);
        for (const state of now ? STATES : []) this.set({ provider, state }, state === now ? 1 : 0);
      }
    },
  });
  const documents = new Gauge({
    name: "bullpen_search_documents",
    help: "What the local provider has read: documents, passages, and files and lines that it had to leave out.",
    labelNames: ["kind"],
    registers,
  });
  return {
    setDocuments: (read) => {
      const files = read.leftOut.filter(({ lines }) => lines === undefined).length;
      documents.set({ kind: "documents" }, read.documents);
      documents.set({ kind: "passages" }, read.passages.length);
      documents.set({ kind: "files_left_out" }, files);
      documents.set(
        { kind: "lines_left_out" },
        read.leftOut.reduce((sum, { lines = 0 }) => sum + lines, 0),
      );
    },
    countRequest: (provider, result) => requests.inc({ provider, result }),
    countLookup: (provider, result) => lookups.inc({ provider, result }),
    watchCircuit: (provider, readState) => watched.set(provider, readState),
  };
}
