import type { BullpenClient, WorkerView } from "@bullpen/client";
import { CLOCK_LIMIT_MS, describeSkew } from "./clock.js";
import { type Finding, failure, ok, warning } from "./finding.js";

/** A worker says that it is alive every 5 seconds; its last word is at most so old, and as much for the way. */
const OLDEST_BEAT_MS = 10_000;

/** What the running processes say of themselves, by the api. */
export async function checkProcesses(
  client: BullpenClient,
  { version, aheadMs = 0 }: { readonly version: string; readonly aheadMs: number | undefined },
): Promise<Finding[]> {
  const [workers, models, tools] = await Promise.all([
    client.workers.list(),
    client.models.list(),
    client.tools.list(),
  ]);
  const names = tools.map(({ id }) => id).join(", ");
  return [
    ok("api", "it answers"),
    ...judgeWorkers(workers, version, Date.now() + aheadMs),
    ...models
      .filter(({ id, bullpen }) => !bullpen.served && !workers.some(({ model }) => model === id))
      .map(({ id }) =>
        warning("model", `no worker serves ${id}: its queries wait`, `Start a worker with MODEL=${id}.`),
      ),
    ok("tools", `queries may name ${names}`),
  ];
}

/** @param now by Redis' clock, in Unix milliseconds. */
export function judgeWorkers(workers: readonly WorkerView[], version: string, now: number): Finding[] {
  if (workers.length === 0)
    return [
      failure(
        "workers",
        "no worker is alive: queries wait",
        "Start one (`npx bullpen up` does), or read the last lines of its log.",
      ),
    ];
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  return [
    ok("workers", `${workers.length} alive, ${slots} slots`),
    ...workers.flatMap((worker) => [...judgeClock(worker, now), ...judgeVersion(worker, version)]),
  ];
}

function judgeClock({ host, pid, seen_at }: WorkerView, now: number): Finding[] {
  const aheadMs = seen_at - now;
  const isBehind = -aheadMs > OLDEST_BEAT_MS;
  if (aheadMs <= CLOCK_LIMIT_MS && !isBehind) return [];
  const skew = isBehind ? aheadMs + OLDEST_BEAT_MS / 2 : aheadMs;
  return [
    warning(
      "clock",
      `the ${describeSkew(skew)} Redis' on ${host} (worker ${host}:${pid})`,
      `Synchronise the clock of ${host} (chrony, systemd-timesyncd).`,
    ),
  ];
}

function judgeVersion({ host, pid, version: its }: WorkerView, version: string): Finding[] {
  if (its === version) return [];
  const what = its === undefined ? "an older version" : `version ${its}`;
  return [
    warning(
      "versions",
      `worker ${host}:${pid} runs ${what}, this command ${version}`,
      "Restart what runs the older version; processes of two versions work together for the time of a rolling update.",
    ),
  ];
}
