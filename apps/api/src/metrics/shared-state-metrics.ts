import { withTimeout } from "@bullpen/base";
import type { WorkerView } from "@bullpen/contracts";
import type { Backlog, BacklogReader, WorkerRegistry } from "@bullpen/queue";
import type { RedisMemory } from "@bullpen/redis";
import { Gauge, type Registry } from "@bullpen/runtime";

/** What all processes share, at one moment. */
interface SharedState extends Backlog {
  readonly workers: readonly WorkerView[];
  readonly memory: Awaited<ReturnType<RedisMemory["read"]>>;
}

export interface SharedStateSource {
  readonly backlog: BacklogReader;
  readonly workers: WorkerRegistry;
  readonly memory: RedisMemory;
}

/** A scrape waits no longer for Redis. Prometheus itself gives up after 10 s by default. */
const READ_TIMEOUT_MS = 2_000;

/** One reading serves all gauges of a scrape, and several Prometheis that come at once. */
const READING_MS = 1_000;

type Fill = (gauge: Gauge, state: SharedState) => void;

/**
 * Metrics of what Redis holds, read when they are asked for. Each api reports the same, so a query takes `max` over
 * them. While Redis is away `bullpen_redis_up` is 0 and the others are absent: the last figures would be wrong.
 */
export function addSharedStateMetrics(registry: Registry, source: SharedStateSource): void {
  const read = sharedReading(source);
  const gauge = (name: string, help: string, labelNames: string[], fill: Fill) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const state = await read();
        this.reset(); // a model, a tool or a worker that has gone is no longer reported
        if (state) fill(this, state);
        else if (labelNames.length === 0) this.remove();
      },
    });
  new Gauge({
    name: "bullpen_redis_up",
    help: "1 while Redis answers this api.",
    registers: [registry],
    async collect() {
      this.set((await read()) ? 1 : 0);
    },
  });
  addBacklogGauges(gauge);
  addWorkerGauges(gauge);
}

type AddGauge = (name: string, help: string, labelNames: string[], fill: Fill) => unknown;

function addBacklogGauges(add: AddGauge): void {
  add("bullpen_queries", "Queries that have not ended, by model and state.", ["model", "state"], fillQueries);
  add(
    "bullpen_query_head_wait_seconds",
    "How long the fresh query that begins next has waited.",
    ["model"],
    (gauge, { models }) => {
      for (const { model, headWaitSeconds } of models) gauge.set({ model }, headWaitSeconds);
    },
  );
  add(
    "bullpen_tool_calls",
    "Tool calls that have not ended, by queue and state.",
    ["queue", "state"],
    (gauge, { tools }) => {
      for (const { queue, queued, running } of tools) {
        gauge.set({ queue, state: "queued" }, queued);
        gauge.set({ queue, state: "running" }, running);
      }
    },
  );
  add(
    "bullpen_tool_call_head_wait_seconds",
    "How long the tool call that begins next has waited.",
    ["queue"],
    (gauge, { tools }) => {
      for (const { queue, headWaitSeconds } of tools) gauge.set({ queue }, headWaitSeconds);
    },
  );
  add("bullpen_batches", "Batches that have not ended.", [], (gauge, { batches }) => gauge.set(batches));
  add("bullpen_redis_memory_used_bytes", "Memory that Redis uses.", [], (gauge, { memory }) =>
    gauge.set(memory.usedBytes),
  );
  add("bullpen_redis_memory_limit_bytes", "Redis' maxmemory; 0: none.", [], (gauge, { memory }) =>
    gauge.set(memory.limitBytes),
  );
}

const fillQueries: Fill = (gauge, { models }) => {
  for (const { model, queued, running, waiting_for_tool } of models) {
    gauge.set({ model, state: "queued" }, queued);
    gauge.set({ model, state: "running" }, running);
    gauge.set({ model, state: "waiting_for_tool" }, waiting_for_tool);
  }
};

function addWorkerGauges(add: AddGauge): void {
  const perModel =
    (value: (worker: WorkerView) => number): Fill =>
    (gauge, { models, workers }) => {
      for (const { model } of models) gauge.set({ model }, 0); // a model that has lost its last worker shows 0
      for (const worker of workers) gauge.inc({ model: worker.model }, value(worker));
    };
  add(
    "bullpen_workers",
    "Workers whose heartbeats are seen.",
    ["model"],
    perModel(() => 1),
  );
  add(
    "bullpen_worker_slots",
    "Slots of all workers.",
    ["model"],
    perModel((worker) => worker.slots),
  );
  add(
    "bullpen_worker_busy_slots",
    "Slots of all workers that generate.",
    ["model"],
    perModel((worker) => worker.busy_slots),
  );
}

/** `undefined` while Redis is away. */
function sharedReading({
  backlog,
  workers,
  memory,
}: SharedStateSource): () => Promise<SharedState | undefined> {
  let reading: Promise<SharedState | undefined> = Promise.resolve(undefined);
  let readAt = Number.NEGATIVE_INFINITY;
  const readAll = async (): Promise<SharedState> => {
    const [state, list, use] = await Promise.all([backlog.read(), workers.list(), memory.read()]);
    return { ...state, workers: list, memory: use };
  };
  return () => {
    if (performance.now() - readAt >= READING_MS) {
      readAt = performance.now();
      reading = withTimeout(readAll(), READ_TIMEOUT_MS, "Redis does not answer.").catch(() => undefined);
    }
    return reading;
  };
}
