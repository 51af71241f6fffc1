/**
 * Why Redis refuses a valid command: it is away, or in a state that passes. One map for everything that must tell
 * such an error from a defect.
 */
const OUTAGES: Readonly<Record<string, string>> = {
  READONLY: "Redis is a read-only replica: a fail-over is under way, or REDIS_URL names a replica",
  NOREPLICAS: "Redis has too few replicas to take writes (min-replicas-to-write)",
  MISCONF: "Redis cannot save to its disk and takes no writes (stop-writes-on-bgsave-error)",
  LOADING: "Redis is loading its data",
  MASTERDOWN: "Redis is a replica that has lost its master",
  BUSY: "Redis is busy with a script that does not end",
  UNBLOCKED: "Redis changed its role",
  NOAUTH: "Redis asks for a password",
  WRONGPASS: "Redis refuses the password",
  NOPERM: "Redis refuses the user a command",
  CLUSTERDOWN: "the Redis Cluster is down",
  MOVED: "the Redis Cluster has moved our keys to another node",
  ASK: "the Redis Cluster is moving our keys",
  TRYAGAIN: "the Redis Cluster is moving our keys",
  OOM: "Redis has no memory left (maxmemory)",
  NOMASTER: "the Sentinels know no such master",
  NOSENTINEL: "a host of REDIS_URL is no Sentinel",
  SENTINELAUTH: "the Sentinels refuse the login",
};

/**
 * States in which a connection is unusable: it is opened again until it leads to a Redis that takes writes. Not
 * OOM, in which answers can still be read, and not NOPERM, which concerns one command.
 */
const UNUSABLE: ReadonlySet<string> = new Set(
  Object.keys(OUTAGES).filter((code) => !["OOM", "NOPERM", "ASK", "TRYAGAIN"].includes(code)),
);

/** A code is a reply's first word. Redis 6 puts an error inside a script after the script's own error. */
const CODE = new RegExp(`(?:^|: -?|ERR )(${Object.keys(OUTAGES).join("|")})\\b`);

/**
 * The messages of ioredis, BullMQ and the system about a missing connection. The system's words must begin the
 * message: errors about other servers contain them, too.
 */
const NO_CONNECTION =
  /Connection is closed|Stream isn't writeable|MaxRetriesPerRequest|Connection is in closing state|aborted due to connection close|^Socket closed|^Command timed out|^NOREPLY|^NOTLS|^((connect|read|write|getaddrinfo|no answer in time:) )?(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)\b/;

/** NOPERM inside a script. */
const REFUSED_SCRIPT = /^ERR (The user executing the script can't|ACL failure in script)/;

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (REFUSED_SCRIPT.test(error.message)) return "NOPERM";
  return CODE.exec(error.message)?.[1];
}

/**
 * Why an error of Redis passes by itself, as a clause; `undefined` for every other error. The command was not
 * executed, or it is unknown whether it was.
 */
export function findRedisOutage(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code !== undefined) return OUTAGES[code];
  return hasNoConnection(error) ? "Redis is away" : undefined;
}

/** Whether an error of Redis passes by itself: the same command can be tried again. */
export function isRedisOutage(error: unknown): boolean {
  return findRedisOutage(error) !== undefined;
}

function hasNoConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "MaxRetriesPerRequestError" || NO_CONNECTION.test(error.message);
}

/** Whether a connection is opened again after an error; later commands wait for that. */
export function endsConnection(error: unknown): boolean {
  return isUnusable(error) || hasNoConnection(error);
}

/** Whether an error shows that its connection leads to a Redis that is unusable now. */
export function isUnusable(error: unknown): boolean {
  return UNUSABLE.has(codeOf(error) ?? "");
}
