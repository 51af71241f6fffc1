import type { Redis } from "@bullpen/redis";

/** Calls of a command and the time inside it. A script's time holds that of the commands it calls. */
export interface CommandCost {
  readonly command: string;
  readonly calls: number;
  /** Microseconds. */
  readonly us: number;
}

/** What Redis has spent since its start. */
export interface RedisCost {
  /** CPU of the main thread, user and system, in microseconds: commands, network, parsing, file. */
  readonly cpuUs: number;
  readonly commands: readonly CommandCost[];
}

export async function readRedisCost(redis: Redis): Promise<RedisCost> {
  const cpu = parseInfo(await redis.info("cpu"));
  const seconds =
    numberOf(cpu, "used_cpu_user_main_thread", "used_cpu_user") +
    numberOf(cpu, "used_cpu_sys_main_thread", "used_cpu_sys");
  const stats = parseInfo(await redis.info("commandstats"));
  const commands = [...stats].map(([name, values]) => ({
    command: name.replace(/^cmdstat_/, ""),
    calls: Number(/calls=(\d+)/.exec(values)?.[1]),
    us: Number(/usec=(\d+)/.exec(values)?.[1]),
  }));
  return { cpuUs: seconds * 1e6, commands };
}

/** What Redis has spent between two readings. Nothing is reset: that would free memory, which is measured too. */
export function costBetween(before: RedisCost, after: RedisCost): RedisCost {
  const earlier = new Map(before.commands.map((cost) => [cost.command, cost]));
  const commands = after.commands.map(({ command, calls, us }) => ({
    command,
    calls: calls - (earlier.get(command)?.calls ?? 0),
    us: us - (earlier.get(command)?.us ?? 0),
  }));
  return { cpuUs: after.cpuUs - before.cpuUs, commands };
}

/** Bytes that the data takes, with the server's own tables but without buffers that come and go. */
export async function readDataBytes(redis: Redis): Promise<number> {
  const memory = parseInfo(await redis.info("memory"));
  return (
    numberOf(memory, "used_memory") -
    numberOf(memory, "mem_clients_normal") -
    numberOf(memory, "mem_aof_buffer")
  );
}

export async function readRedisVersion(redis: Redis): Promise<string> {
  return parseInfo(await redis.info("server")).get("redis_version") ?? "unknown";
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(":") && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

/** The first of `names` that this Redis reports: older ones do not tell the main thread's time apart. */
function numberOf(info: Map<string, string>, ...names: string[]): number {
  const value = names.map((name) => info.get(name)).find((text) => text !== undefined);
  if (value === undefined) throw new Error(`Redis does not report ${names.join(" or ")}.`);
  return Number(value);
}
