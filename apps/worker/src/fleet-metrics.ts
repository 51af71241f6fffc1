import {
  createBareMetrics,
  Gauge,
  type MetricsJson,
  type MetricsSource,
  mergeMetrics,
  metricsJsonSchema,
  type Registry,
  type SupervisedProcess,
} from "@bullpen/runtime";

/** The figures of a fleet: its processes' added up, and how many of those run. */
export class FleetMetrics implements MetricsSource {
  readonly #processes: readonly SupervisedProcess[];
  readonly #own = createBareMetrics("worker");

  constructor(processes: readonly SupervisedProcess[]) {
    this.#processes = processes;
    const registers = [this.#own];
    new Gauge({ name: "bullpen_worker_processes", help: "Worker processes of this host.", registers }).set(
      processes.length,
    );
    new Gauge({
      name: "bullpen_worker_processes_ready",
      help: "Worker processes of this host that run.",
      registers,
      collect() {
        this.set(processes.filter((process) => process.isReady).length);
      },
    });
  }

  get contentType(): Registry["contentType"] {
    return this.#own.contentType;
  }

  async metrics(): Promise<string> {
    return (await this.#merged()).metrics();
  }

  async getMetricsAsJSON(): ReturnType<Registry["getMetricsAsJSON"]> {
    return (await this.#merged()).getMetricsAsJSON();
  }

  async #merged(): Promise<Registry> {
    const own = metricsJsonSchema.parse(await this.#own.getMetricsAsJSON());
    return mergeMetrics([own, ...(await Promise.all(this.#processes.map(readMetrics)))]);
  }
}

/** The figures of one process; none while it is away. */
async function readMetrics(process: SupervisedProcess): Promise<MetricsJson> {
  if (!process.isReady) return [];
  try {
    const response = await fetch(`${process.url}/metrics.json`, { signal: AbortSignal.timeout(5_000) });
    return metricsJsonSchema.parse(await response.json());
  } catch {
    return [];
  }
}
