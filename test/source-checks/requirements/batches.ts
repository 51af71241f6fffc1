import type { Requirement } from "./requirement.js";

export const BATCHES = {
  "batch-ends": {
    promise: "a batch ends when it is done, cancelled or past its window, and keeps what it has by then",
  },
  "web-pages": {
    promise: "a web page of another site, or under a rebound name, reads and changes nothing in any process",
    tests: [
      "test/browser/cross-site.test.ts: does nothing and reads nothing where no key is needed",
      "test/browser/cross-site.test.ts: would do and read a great deal if it were let in",
      "test/browser/hostile-page.test.ts: under a name that was made to lead here gets nothing from any process",
    ],
  },
  "bodies-bounded": {
    promise: "request bodies are bounded in memory over all connections; too large ones are refused unread",
    tests: [
      "test/in-process/request-bodies.test.ts: a length that is too large is answered before the first byte",
      "test/in-process/request-bodies.test.ts: many bodies without an end are refused with 503",
    ],
  },
  "requests-named": {
    promise: "every answer has a request id, under which the log says why it was refused",
    tests: [
      "test/in-process/request-ids.test.ts: every answer carries the caller's name for it, or a new one",
      "test/in-process/request-ids.test.ts: a request that is refused or fails has one line in the log",
    ],
  },
  "hostile-input": {
    promise: "bad input gets an error that names field and remedy; nothing is left, hangs or eats memory",
  },
  "model-not-served": {
    promise:
      "a chat for a model that no worker serves is told so at once; queries and batches wait for a worker",
  },
  "openai-clients": {
    promise: "the official OpenAI clients work unmodified: files, batches, models, chat, also streamed",
  },
  "cli-batches": {
    promise:
      "questions in CSV, plain text and JSONL become batches; a bad row stops before anything is created",
    tests: [
      "test/process/cli-batch-submit.test.ts: a file in each format is answered in its order",
      "test/process/cli-batch-submit.test.ts: a bad row stops before anything is created",
    ],
  },
  "cli-comes-back": {
    promise: "whoever watches a batch may leave it, and keeps each result once while the api restarts",
    tests: [
      "test/process/cli-batch-watch.test.ts: --watch and -o survive an api that restarts",
      "test/process/cli-batch-watch.test.ts: Ctrl-C leaves the batch running",
      "test/process/cli-batch-watch.test.ts: Ctrl-C during an upload leaves no file and no batch",
    ],
  },
  "batch-retry": {
    promise:
      "failed lines of a batch run again, by code, in a new batch or in place; each line is once in its files",
  },
  "batch-pause": {
    promise: "a batch is paused and resumed: no line begins meanwhile, none is lost, none runs twice",
  },
  "batch-priority": {
    promise: "a batch gets another priority while it runs, and its waiting lines other places",
  },
  "batch-budget": {
    promise: "a batch stops when its lines have used its budget, fails none, and goes on when it is raised",
  },
  "batch-estimate": {
    promise:
      "a sample of a file's lines tells the tokens, the time and the cost of a batch, with 95 % intervals",
  },
} satisfies Record<string, Requirement>;
