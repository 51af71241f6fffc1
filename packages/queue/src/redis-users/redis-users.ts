import { BATCH_QUEUE, CHUNK_QUEUE, WEBHOOK_QUEUE } from "@bullpen/contracts";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { CALLER_TOOLS_QUEUE } from "../caller-tools/call-keys.js";
import { BULLMQ_SCRIPTS, CHILDREN, CONNECTION, READING, RECORDS, SCRIPTING, WAITING } from "./commands.js";

/** What a process may do in Redis. Patterns are those of Redis, without the prefix of Bullpen's keys. */
export interface RedisUser {
  readonly name: string;
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  readonly commands: readonly string[];
}

const QUERIES = ["agent.*", "transcript:*", "queries:*", "due", "fair:*", "models"];
const TOOL_CALLS = ["tools.*", "tools", "tools-announced"];
const CALLER_CALLS = [`${CALLER_TOOLS_QUEUE}:*`, "caller-calls:*", "caller-calls-due", "caller-calls-new"];
const BATCHES = [`${BATCH_QUEUE}:*`, BATCH_QUEUE, `${CHUNK_QUEUE}:*`, CHUNK_QUEUE];
/** What the lines of a batch with a budget have used, and the priority that its waiting lines have. */
const CONTROLS = ["batch-tokens:*", "batch-priority:*"];
const WEBHOOKS = [`${WEBHOOK_QUEUE}:*`];
const USAGE = ["usage:*", "usage-days", "usage-claim"];
const WORKERS = ["workers", "worker:*"];
/** The check for queries that Redis lost their jobs of. */
const RECOVERY = ["checked-run", "checking-run"];
const ENDED = ["cancel", "ended:*"];
const QUEUES = ["agent.*", "tools.*", `${CALLER_TOOLS_QUEUE}:*`, ...BATCHES, ...WEBHOOKS];

const WORK = [
  ...CONNECTION,
  ...SCRIPTING,
  ...BULLMQ_SCRIPTS,
  ...CHILDREN,
  ...RECORDS,
  "publish",
  "subscribe",
  "unsubscribe",
];

/**
 * The users of Redis, one for each process. Each reaches the keys and channels of its own work; none can list keys,
 * read or change Redis' configuration, see other clients, or empty the database.
 */
export const REDIS_USERS: readonly RedisUser[] = [
  {
    name: "api",
    keys: [
      ...[
        ...QUERIES,
        ...TOOL_CALLS,
        ...CALLER_CALLS,
        ...BATCHES,
        ...WEBHOOKS,
        ...USAGE,
        ...WORKERS,
        ...RECOVERY,
      ],
      ...["idempotency:*", "open:*", "requests:*", "history-recorder"],
    ],
    channels: [...ENDED, "answer:*", "caller-call:*"],
    commands: WORK,
  },
  {
    name: "batcher",
    keys: [...QUERIES, ...TOOL_CALLS, ...CALLER_CALLS, ...BATCHES, ...CONTROLS, ...WEBHOOKS],
    channels: ENDED,
    commands: [...WORK, ...WAITING],
  },
  {
    name: "worker",
    keys: [
      ...[...QUERIES, ...TOOL_CALLS, ...CALLER_CALLS, ...USAGE, ...WORKERS, ...RECOVERY, ...BATCHES],
      ...["batch-tokens:*"],
    ],
    channels: [...ENDED, "answer:*", "caller-call:*"],
    commands: [...WORK, ...WAITING],
  },
  {
    name: "tool-worker",
    keys: [...TOOL_CALLS, "agent.*", "tool-result:*", "tool-begun:*", "search:*"],
    channels: ["cancel"],
    commands: [
      ...[...CONNECTION, ...SCRIPTING, ...BULLMQ_SCRIPTS, ...RECORDS, ...WAITING],
      ...["subscribe", "unsubscribe"],
    ],
  },
  {
    name: "dashboard",
    keys: [...QUEUES, "models", "tools", "tools-announced"],
    channels: [],
    commands: [...CONNECTION, ...SCRIPTING, ...READING, ...CHILDREN],
  },
  {
    name: "dashboard-admin",
    keys: [...QUEUES, "models", "tools", "tools-announced"],
    channels: [],
    commands: [...CONNECTION, ...SCRIPTING, ...READING, ...CHILDREN, ...BULLMQ_SCRIPTS],
  },
];

/** The key that every connection deletes to learn whether Redis takes writes; it never exists. */
const PROBE_RULE = `(-@all +del ~${KEY_PREFIX}:writable)`;

/** The rules of a user as `ACL SETUSER` takes them, without a password: who has none of them may nothing. */
export function aclRules({ keys, channels, commands }: RedisUser): string[] {
  return [
    ...["resetkeys", "resetchannels", "clearselectors", "-@all"],
    ...[...new Set(keys)].map((pattern) => `~${KEY_PREFIX}:${pattern}`),
    ...channels.map((pattern) => `&${KEY_PREFIX}:${pattern}`),
    ...[...new Set(commands)].sort().map((command) => `+${command}`),
    PROBE_RULE,
  ];
}
