import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { KEY_PREFIX, LuaScript, type Redis, readKey, readRecord } from "@bullpen/redis";
import { z } from "zod";
import {
  SEARCH_FAILURES,
  SearchFailedError,
  type SearchProvider,
  type SearchResult,
} from "./search-provider.js";

export interface CacheSearchOptions {
  readonly provider: SearchProvider;
  readonly redis: Redis;
  /** How long results are kept. */
  readonly ttlSeconds: number;
  /** What makes other results of the same phrase: region, safe search … */
  readonly variant: string;
  readonly onLookup?: (result: "hit" | "miss") => void;
}

/** A failure is shared with those who wait for the same phrase, and forgotten. */
const FAILURE_MS = 2_000;
/** Who asks renews its claim while it does; one that has died is followed by the next. */
const CLAIM_MS = 5_000;
const LOOK_EVERY_MS = 50;

const keptSchema = z.union([
  z.object({ results: z.array(z.object({ title: z.string(), url: z.string(), body: z.string() })) }),
  z.object({ failure: z.enum(SEARCH_FAILURES), message: z.string() }),
]);
type Kept = z.infer<typeof keptSchema>;

/** KEYS: the claim. ARGV: its holder, milliseconds (0 gives it back). */
const HOLD_CLAIM = new LuaScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);

/**
 * The provider with its results kept in Redis, for all tool-workers: of those who search for one phrase at
 * one time, in whatever case and spacing, one asks the provider, and the others get what it got.
 */
export function cacheSearch(options: CacheSearchOptions): SearchProvider {
  const { provider, redis, variant, onLookup = () => {} } = options;

  async function look(key: string): Promise<Kept | undefined> {
    // What cannot be read counts as not kept: the provider is asked again.
    return readRecord(keptSchema, await readKey(redis.get(key), null));
  }

  return {
    name: provider.name,
    search: async (phrase, signal) => {
      const key = keyOf(provider.name, variant, phrase);
      const claim = `${key}:claim`;
      const holder = randomUUID();
      for (;;) {
        signal.throwIfAborted();
        const kept = await look(key);
        if (kept) {
          onLookup("hit");
          return open(kept);
        }
        if ((await redis.set(claim, holder, "PX", CLAIM_MS, "NX")) === "OK") break;
        await sleep(LOOK_EVERY_MS);
      }
      const renewal = setInterval(() => {
        HOLD_CLAIM.run(redis, [claim], [holder, CLAIM_MS]).catch(() => {}); // Redis is away: so are the others
      }, CLAIM_MS / 3);
      try {
        // It may have come between the look and the claim.
        const kept = await look(key);
        onLookup(kept ? "hit" : "miss");
        return open(kept ?? (await ask(options, key, phrase, signal)));
      } finally {
        clearInterval(renewal);
        await HOLD_CLAIM.run(redis, [claim], [holder, 0]);
      }
    },
  };
}

async function ask(
  { provider, redis, ttlSeconds }: CacheSearchOptions,
  key: string,
  phrase: string,
  signal: AbortSignal,
): Promise<Kept> {
  try {
    const results = await provider.search(phrase, signal);
    await redis.set(key, JSON.stringify({ results }), "EX", ttlSeconds);
    return { results };
  } catch (error) {
    if (!(error instanceof SearchFailedError)) throw error;
    const { failure, message } = error;
    await redis.set(key, JSON.stringify({ failure, message }), "PX", FAILURE_MS);
    return { failure, message };
  }
}

function open(kept: Kept): SearchResult[] {
  if ("results" in kept) return kept.results;
  throw new SearchFailedError(kept.failure, kept.message);
}

function keyOf(provider: string, variant: string, phrase: string): string {
  const plain = phrase.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  const digest = createHash("sha256")
    .update(JSON.stringify([variant, plain]))
    .digest("base64url");
  return `${KEY_PREFIX}:search:${provider}:${digest}`;
}
