import type { Requirement } from "./requirement.js";

const ending = (title: string) => `test/in-process/ending.test.ts: ${title}`;

export const FAILURES = {
  "worker-dies": {
    promise: "a dead worker's queries run elsewhere within 15 s; at most the turns in flight are run again",
  },
  "worker-stops": {
    promise: "after SIGTERM a worker's queries run elsewhere within 1 s",
    tests: [
      ending("a worker that stops ends its turn, hands the query back at once"),
      ending("a worker whose grace is over aborts its turn"),
    ],
  },
  "tool-worker-dies": { promise: "a dead tool-worker's calls are retried within 15 s; nothing is lost" },
  "batcher-dies": { promise: "another batcher takes the chunk over; nothing is lost" },
  "api-dies": { promise: "what the api answered 202 is answered, wherever it died" },
  "post-idempotent": {
    promise: "POSTs are idempotent: a client whose answer was lost may send again",
  },
  "network-breaks": {
    promise: "a process whose way to Redis is cut, slow or silent comes back by itself and does no harm",
    tests: ["test/in-process/redis-away.test.ts: a Redis that falls silent is noticed"],
  },
  "redis-restarts": {
    promise: "clients reconnect; only what was accepted in the last second before may be lost",
    tests: ["test/in-process/redis-away.test.ts: while Redis is away the api says so at once"],
  },
  "redis-outages": {
    promise:
      "a Redis that takes no writes (fail-over, lost replicas, full disk, loading …) is told by /readyz and 503, and work goes on by itself when it has passed",
  },
  "secrets-stay": {
    promise: "no configured secret leaves by a log, an answer, a job or a file that it does not belong in",
    tests: [
      "packages/contracts/src/redact.test.ts: a registered secret is found in every form",
      "apps/tool-worker/src/tools/search/searxng.test.ts: credentials in the URL are sent as Basic auth and told to nobody",
    ],
  },
  "redis-cluster": { promise: "all of an installation's keys lie in one slot of a Redis Cluster" },
  "redis-wiped": { promise: "single queries in flight are lost, none hangs, and work goes on" },
  "redis-wiped-batches": { promise: "after a wipe batches re-expand from storage" },
  upgrades: {
    promise: "what the last release left in Redis and storage is read and finished by this version",
  },
  backup: {
    promise: "a copy of the storage, made while batches run, is all that they need to go on elsewhere",
  },
  "disk-full": {
    promise: "batch parts wait and retry; uploads are refused with 507/503; nothing is lost",
  },
  "redis-full": {
    promise: "near maxmemory new work is refused with 503 and Retry-After",
    tests: [ending("new work is refused while Redis is nearly full")],
  },
  "unreadable-records": {
    promise: "a record in Redis that cannot be read counts as none, and stops nobody who reads others",
  },
  "poison-query": {
    promise: "a query that kills its workers fails after 3 stalls, by name; the rest go on",
    tests: ["test/process/poison.test.ts: a query that kills its worker each time fails by name"],
  },
  "clock-jumps": { promise: "no result depends on what time a process believes it is" },
  "delivered-twice": { promise: "a job delivered twice is answered once" },
  "checker-bites": { promise: "a deliberately broken build is caught by the checker" },
} satisfies Record<string, Requirement>;
