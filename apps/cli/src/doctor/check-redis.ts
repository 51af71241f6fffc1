import { formatBytes } from "@bullpen/base";
import { splitCredentials } from "@bullpen/contracts";
import { type ConnectOptions, connectRedis, type RedisFacts, readRedisFacts } from "@bullpen/redis";
import { CLOCK_LIMIT_MS, describeSkew } from "./clock.js";
import { type Finding, failure, ok, skipped, warning } from "./finding.js";

export interface CheckedRedis {
  readonly findings: readonly Finding[];
  /** How far its clock is ahead of this machine's; `undefined`: it could not be read. */
  readonly aheadMs: number | undefined;
}

/**
 * @param url `undefined`: there is none, and `bullpen up` brings its own.
 * @param isOwn whether it is the Redis of a stack, which is as it is meant to be.
 * @param login what the settings say besides the URL.
 */
export async function checkRedis(
  url: string | undefined,
  isOwn: boolean,
  login: Pick<ConnectOptions, "password" | "tls" | "sentinel"> = {},
): Promise<CheckedRedis> {
  if (url === undefined) {
    const remedy = "Set REDIS_URL, or start Bullpen: `npx bullpen up` brings a Redis of its own.";
    return {
      findings: [skipped("redis", "none is named and no stack runs here", remedy)],
      aheadMs: undefined,
    };
  }
  if (URL.canParse(url)) splitCredentials(url); // registers its login, which no message may show
  const redis = await connectRedis({ url, ...login, whenAway: "fail-fast" });
  try {
    const facts = await readRedisFacts(redis);
    return { findings: judge(facts, isOwn), aheadMs: facts.aheadMs };
  } finally {
    redis.disconnect();
  }
}

function judge(facts: RedisFacts, isOwn: boolean): Finding[] {
  const { version, risks, usedBytes, limitBytes, isNearlyFull, aheadMs } = facts;
  const limit = limitBytes === 0 ? "no limit" : formatBytes(limitBytes);
  const memory = `${formatBytes(usedBytes)} of ${limit} used`;
  return [
    ok("redis", `${version}, takes writes, ${memory}`),
    ...risks.map((risk) =>
      warning("redis", risk, "Change it in redis.conf, or with CONFIG SET, and keep it there."),
    ),
    ...(isNearlyFull
      ? [
          failure(
            "redis",
            `it is nearly full (${memory}): the api refuses new work`,
            "Raise maxmemory, or lower RETENTION_SECONDS or BATCH_LINES_IN_FLIGHT.",
          ),
        ]
      : []),
    ...(limitBytes === 0 && !isOwn
      ? [
          warning(
            "redis",
            "it has no memory limit: it may take all that the machine has, and be killed",
            "Set maxmemory, and keep maxmemory-policy at noeviction.",
          ),
        ]
      : []),
    Math.abs(aheadMs) <= CLOCK_LIMIT_MS
      ? ok("clock", "this machine and Redis agree")
      : warning(
          "clock",
          `this machine's ${describeSkew(-aheadMs)} Redis'`,
          "Synchronise the clocks of both (chrony, systemd-timesyncd).",
        ),
  ];
}
