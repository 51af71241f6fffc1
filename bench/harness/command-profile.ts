import type { Redis } from "@bullpen/redis";
import { z } from "zod";
import type { CommandCost } from "./redis-cost.js";

/** Far more than a profile's commands: an entry that fell out would be missing from the sums. */
const MAX_ENTRIES = 1_000_000;

/** id, time, microseconds, arguments, client, client's name. */
const entriesSchema = z.array(
  z.tuple([z.number(), z.number(), z.number(), z.array(z.string()), z.string(), z.string()]),
);

/** ioredis keeps the scripts that were defined on a connection by name, as `moveToActive:6.7.0`. */
const scriptsSchema = z.record(z.string(), z.object({ sha: z.string() }));

/** Makes Redis write every command down, which slows it: profiles are taken apart from timings. */
export async function startCommandProfile(redis: Redis): Promise<void> {
  await redis.config("SET", "slowlog-max-len", MAX_ENTRIES);
  await redis.config("SET", "slowlog-log-slower-than", 0);
  await redis.slowlog("RESET");
}

/**
 * What clients have sent since {@link startCommandProfile}, most time first, scripts by their names.
 * What scripts call is left out: it is part of their time.
 */
export async function readCommandProfile(redis: Redis): Promise<CommandCost[]> {
  await redis.config("SET", "slowlog-log-slower-than", -1);
  const entries = entriesSchema.parse(await redis.slowlog("GET", MAX_ENTRIES));
  const scripts = new Map(
    Object.entries(scriptsSchema.parse(redis.scriptsSet)).map(([name, { sha }]) => [sha, name]),
  );
  const costs = new Map<string, { calls: number; us: number }>();
  for (const [, , us, args, client] of entries) {
    if (!isAddress(client)) continue;
    const command = nameOf(args, scripts);
    const cost = costs.get(command) ?? { calls: 0, us: 0 };
    costs.set(command, { calls: cost.calls + 1, us: cost.us + us });
  }
  return [...costs].map(([command, cost]) => ({ command, ...cost })).sort((a, b) => b.us - a.us);
}

/** The client inside a script has no address; Redis shows it as `?:0`. */
function isAddress(client: string): boolean {
  return /:[1-9]\d*$/.test(client);
}

function nameOf(args: readonly string[], scripts: ReadonlyMap<string, string>): string {
  const command = args[0]?.toLowerCase() ?? "";
  if (command !== "evalsha") return command;
  const sha = args[1] ?? "";
  return scripts.get(sha)?.replace(/:[\d.]+$/, "") ?? `script ${sha.slice(0, 8)}`;
}
