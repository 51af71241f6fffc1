/**
 * What Bullpen promises, each promise under an id. A test cites ids at the end of its title, in
 * brackets: `test("… [steps-once] [worker-dies]", …)`. Tests that are named here by file and title
 * cite the id they stand under. `requirements.test.ts` fails on a promise that no test cites.
 */
export interface Requirement {
  readonly promise: string;
  /** `path: title`, the path from the repository's root, the title as it begins in the source. */
  readonly tests?: readonly string[];
  /** Why nothing verifies it yet. */
  readonly later?: string;
}

const agentLoop = (title: string) => `test/in-process/agent-loop.test.ts: ${title}`;
const ending = (title: string) => `test/in-process/ending.test.ts: ${title}`;
const slots = (title: string) => `test/in-process/slots.test.ts: ${title}`;
const fairness = (title: string) => `test/in-process/fairness.test.ts: ${title}`;
const cancel = (title: string) => `test/in-process/cancel.test.ts: ${title}`;
const limits = (title: string) => `apps/tool-worker/src/calculator/limits.test.ts: ${title}`;

const INVARIANTS = {
  "batch-lines-once": {
    promise:
      "I1: every accepted line of a batch appears exactly once, in the output or in the error file, in input order",
  },
  "batch-counts-agree": {
    promise: "I1: a batch's counts, files and dashboard agree at every moment",
  },
  "query-once": {
    promise: "I1, for single queries: every accepted query ends exactly once, with one answer",
    tests: ["test/process/kill.test.ts: kill -9 of worker and tool-worker during 200 queries"],
  },
  "steps-once": { promise: "I2: a finished step is never run again; one in flight at a crash may be" },
  "tools-once": { promise: "I2: a tool's recorded outcome is reused, and its tool not run again" },
  fencing: { promise: "I2: a worker that lost its lock can finish no step that another has taken" },
  "waiting-holds-no-slot": {
    promise: "I3: while a query waits for a tool it holds no GPU slot",
    tests: [slots("with one slot, a query runs while three others wait for a slow tool")],
  },
  "resumed-first": {
    promise: "I4: a resumed query goes before a fresh one",
    tests: [slots("a query that comes back from its tool goes before those that have not begun")],
  },
  "interactive-first": {
    promise: "I4: an interactive query goes before a batch's",
    tests: [fairness("a batch's queries go behind interactive ones that come later")],
  },
  "tenants-share": {
    promise: "I4: two tenants with equal work finish at about the same time whatever either submitted first",
    tests: [
      fairness("a tenant with few queries does not wait for one with many that came first"),
      fairness("who makes more work a query gets fewer turns"),
    ],
  },
  "memory-in-flight": {
    promise: "I5: Redis memory depends on what is in flight, not on how large a batch is",
  },
  "transcript-linear": {
    promise: "a transcript is linear in its steps: nothing is rewritten",
    tests: ["test/in-process/transcript-cost.test.ts: a query of 100 tool calls and 200,000 tokens"],
  },
  "tenants-apart": {
    promise: "I6: a tenant sees nothing of another's",
    later: "there are no API keys yet: all queries are one tenant's",
  },
  "code-is-walled": {
    promise: "I6: code written by a model reaches no network, no file, no secret, no other run's data",
  },
  "same-as-cpython": { promise: "a program comes to what CPython 3.12 makes of it" },
  "wall-bites": { promise: "I6: a wall with a hole in it is caught by the attacks" },
  "code-ends": {
    promise: "I6: code written by a model ends at its limits",
    tests: [
      limits("a program that does not end is stopped"),
      limits("a memory bomb is an error, and memory below the limit is there"),
    ],
  },
  "batch-durable": {
    promise: "I7: no 2xx for a batch before its manifest and input are on disk",
  },
} satisfies Record<string, Requirement>;

const FAILURES = {
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
      "apps/tool-worker/src/search/searxng.test.ts: credentials in the URL are sent as Basic auth and told to nobody",
    ],
  },
  "redis-cluster": { promise: "all of an installation's keys lie in one slot of a Redis Cluster" },
  "redis-wiped": { promise: "single queries in flight are lost, none hangs, and work goes on" },
  "redis-wiped-batches": { promise: "after a wipe batches re-expand from storage" },
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

const AGENT = {
  "agent-tools": {
    promise: "a turn names a tool, whose observation the next turn reads",
    tests: [agentLoop("a query goes through several tools to its answer, every step recorded")],
  },
  "agent-final": {
    promise: "Final Answer, or another name that says so, ends the loop with its input",
    tests: [
      agentLoop("an answer without a tool takes one turn"),
      agentLoop("a name that is another word for an answer gives the answer"),
    ],
  },
  "agent-unknown-tool": {
    promise:
      "a model that names a tool which there is not is told the tools; a second such name in a row answers",
    tests: [
      agentLoop("a turn that names a tool which there is not is told the tools"),
      agentLoop("a second name in a row that is no tool's gives the answer"),
    ],
  },
  "agent-cut-off": {
    promise: "an answer that max_tokens cuts off is an answer with finish_reason length, not an error",
    tests: [agentLoop("a reply that max_tokens cuts off ends the query with what there is, and says so")],
  },
  "agent-tool-failure": {
    promise: "a tool that fails is an observation the model can react to, never a dead query",
    tests: [
      agentLoop("a tool that fails becomes an observation"),
      agentLoop("a tool whose job fails for good becomes an observation after its retries"),
    ],
  },
  "agent-max-steps": {
    promise: "a query ends failed at its limit of steps, transcript kept",
    tests: [agentLoop("a query ends at its limit of steps, and the last step's tool is not run")],
  },
  "agent-max-tokens": {
    promise: "a query ends failed at its limit of tokens",
    tests: [agentLoop("a query ends at its limit of tokens")],
  },
  "agent-context": {
    promise: "a query ends failed when its context is full, transcript kept",
    tests: [agentLoop("a full context ends the query with its code and keeps the transcript")],
  },
  "agent-malformed": {
    promise: "a reply that is no action is corrected, and given up after three in a row",
    tests: [
      agentLoop("a reply that is no action is corrected, and given up after three in a row"),
      agentLoop("a reply that was cut off is asked for again, shorter"),
    ],
  },
  "agent-cancel": {
    promise: "a query is cancelled wherever it is, and keeps an end that it had before",
    tests: [
      cancel("a running query is cancelled in the middle of its turn"),
      cancel("a query that waits for a tool is cancelled with its tool call"),
      cancel("a queued query is cancelled without being run"),
      cancel("a query that has ended cannot be cancelled"),
    ],
  },
  "agent-deadline": {
    promise: "a query ends at its deadline",
    tests: [ending("a query past its deadline expires")],
  },
} satisfies Record<string, Requirement>;

const BATCHES = {
  "batch-ends": {
    promise: "a batch ends when it is done, cancelled or past its window, and keeps what it has by then",
  },
  "web-pages": {
    promise: "a web page of another site, or under a rebound name, reads and changes nothing in any process",
    tests: [
      "test/browser/hostile-page.test.ts: of another site changes nothing and reads nothing",
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
      "test/process/cli-batch-watch.test.ts: Ctrl-C in the middle of an upload leaves nothing behind",
    ],
  },
} satisfies Record<string, Requirement>;

const TOOLS = {
  "mcp-tools": { promise: "tools of MCP servers, over stdio and streamable HTTP, are tools of the agent" },
  "mcp-restart": { promise: "an MCP server that dies is restarted, and its tools tell the model meanwhile" },
  "mcp-limits": { promise: "each tool of an MCP server has a limit of its own, over all tool-workers" },
  "mcp-secrets": { promise: "an MCP server sees no environment but that of its configuration" },
  "custom-tools": { promise: "a module in TOOLS_FOLDER is a tool of the agent; a bad one stops the start" },
  "tools-contained": {
    promise: "a tool that never ends, crashes or floods costs its own call, and no other call of any tool",
  },
  "search-answers": { promise: "a search is answered by one of the chain, or fails by what became of each" },
  "search-once": { promise: "tool-workers together ask a provider once for a phrase" },
  "search-rate": { promise: "tool-workers together stay under a provider's limit" },
  "search-documents": {
    promise: "a document or line that cannot be read costs itself alone, and the operator is told",
    tests: [
      "apps/tool-worker/src/search/read-documents.test.ts: a bad line or file costs itself alone, and is named",
    ],
  },
  "search-scripts": {
    promise: "local documents are found by the words of every script, those without spaces included",
    tests: ["apps/tool-worker/src/search/unspaced-scripts.test.ts: found: "],
  },
  "linear-expressions": {
    promise: "no regular expression takes more than linear time on a stranger's text",
    tests: [
      "test/source-checks/regular-expressions/regular-expressions.test.ts: all of the code's do, or are listed with the reason why they may not",
    ],
  },
  "search-circuit": { promise: "a provider that keeps failing is left alone for a while, visibly" },
  "tools-fit": {
    promise: "a query that names no tools is offered those that its model's context has room for",
  },
  "grammar-open": {
    promise: "a grammar takes every input that fits its tool's schema; what it cannot say it leaves open",
  },
  "integers-exact": {
    promise: "an integer of any length reaches its tool as the model wrote it, or not at all",
  },
  "tool-by-name": { promise: "a call reaches the tool that it names, or none" },
  "tool-vanishes": { promise: "a query whose tool has gone is told so, and goes on" },
  "tool-input-checked": {
    promise: "an input that does not fit its tool's schema is an observation, and the tool is not called",
  },
} satisfies Record<string, Requirement>;

const FLEET = {
  "unresponsive-replaced": {
    promise: "a process that answers nothing any more is killed, says where it stood, and starts again",
    tests: [
      "test/process/unresponsive.test.ts: a process that is stopped for good",
      "test/process/unresponsive.test.ts: a process goes on after a pause",
    ],
  },
  "no-orphans": {
    promise:
      "however a stack ends, in whatever phase, it does so in bounded time and leaves no process behind",
    tests: [
      "test/process/ends-of-a-stack.test.ts: a terminal that is closed while a stack starts",
      "test/process/ends-of-a-stack.test.ts: a stack that is killed while it starts",
      "test/process/ends-of-a-stack.test.ts: Redis comes back when it dies",
      "test/process/ends-of-a-stack.test.ts: a stack ends with the npm that started it",
    ],
  },
  "stack-on-full-disk": {
    promise: "`npm start` lives through a full disk, and works again once there is room",
    tests: ["test/process/ends-of-a-stack.test.ts: a stack lives through a full disk"],
  },
  "own-folder": {
    promise: "a stack has its data folder alone, and finds it again whatever the last one left there",
    tests: [
      "apps/cli/src/stack/data-folder.test.ts: two stacks of one name",
      "apps/cli/src/stack/data-folder.test.ts: a folder whose stack was killed is taken by one of many",
    ],
  },
  "gpu-pairs": {
    promise: "a host's GPUs are worked in pairs, a process each: one that dies is replaced, all stop as one",
  },
  heartbeat: {
    promise: "every worker that lives is seen with its model, slots, speed and GPUs, and a dead one is not",
  },
  "plain-chat": {
    promise:
      "a query or chat without tools is plain: the model's own text, of the caller's conversation as the model's chat template has it",
  },
  "openai-engine": {
    promise: "a server that speaks the OpenAI protocol can take llama.cpp's place, and everything else stays",
  },
  "openai-engine-fails": {
    promise: "a model server that is away, full, slow or broken delays queries or fails them by name",
  },
  "tune-measures": {
    promise: "tuned settings come from the real engine, are used by the next worker, and are never a guess",
  },
} satisfies Record<string, Requirement>;

const WEBHOOKS = {
  "webhook-endpoints": {
    promise:
      "endpoints are managed by the OpenAI clients' calls; bad input is named; a test shows what comes",
  },
  "webhooks-sent": {
    promise:
      "the end of a batch (completed, failed, expired, cancelled) is told to the endpoints that ask for it",
  },
  "webhooks-signed": {
    promise:
      "webhooks are signed by Standard Webhooks: the OpenAI client and the official library verify them",
  },
  "webhooks-retried": {
    promise: "what is not answered by 2xx is sent again for 24 hours; 410 disables; no redirect is followed",
  },
  "webhooks-once": { promise: "an end that is announced twice is delivered once, under one id" },
  "webhooks-durable": { promise: "deliveries survive a wipe of Redis and the death of a batcher" },
  "webhooks-walled": {
    promise: "webhooks go to no private address unless allowed, checked on the address that is connected to",
    tests: [
      "packages/webhooks/src/address-guard.test.ts: private, local and special addresses are refused",
      "packages/webhooks/src/send-webhook.test.ts: the address that was checked is the one that is connected to",
    ],
  },
} satisfies Record<string, Requirement>;

export const REQUIREMENTS: Readonly<Record<string, Requirement>> = {
  ...INVARIANTS,
  ...FAILURES,
  ...AGENT,
  ...BATCHES,
  ...TOOLS,
  ...FLEET,
  ...WEBHOOKS,
};

export type RequirementId =
  | keyof typeof INVARIANTS
  | keyof typeof FAILURES
  | keyof typeof AGENT
  | keyof typeof BATCHES
  | keyof typeof TOOLS
  | keyof typeof FLEET
  | keyof typeof WEBHOOKS;

/** A test's title that cites what the test verifies. */
export function verifies(ids: readonly RequirementId[], title: string): string {
  return `${title} ${ids.map((id) => `[${id}]`).join(" ")}`;
}
