import { toError } from "@bullpen/base";
import type { Gpu } from "@bullpen/contracts";
import { Gauge, type NvidiaGpu, type Registry, readNvidiaGpus } from "@bullpen/runtime";
import { findGpu } from "./gpu-groups.js";

export interface GpuMonitorOptions {
  /** The GPUs to watch, as `CUDA_VISIBLE_DEVICES` names them. */
  readonly gpus: readonly string[];
  readonly registry: Registry;
  readonly onError: (error: Error) => void;
}

/** Pause between two measurements; each starts a process. */
const MEASURE_PAUSE_MS = 5_000;

/** Memory and utilisation of this worker's GPUs, measured in the background. */
export class GpuMonitor {
  readonly #options: GpuMonitorOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #latest: Gpu[] = [];

  /** Has measured once when it resolves. */
  static async start(options: GpuMonitorOptions): Promise<GpuMonitor> {
    const monitor = new GpuMonitor(options);
    if (options.gpus.length > 0) await monitor.#watch();
    return monitor;
  }

  private constructor(options: GpuMonitorOptions) {
    this.#options = options;
    if (options.gpus.length > 0) this.#createGauges();
  }

  /** The latest figures; empty without GPUs, or when nvidia-smi cannot be read. */
  get latest(): readonly Gpu[] {
    return this.#latest;
  }

  /** What the GPUs are called, such as `NVIDIA H100 80GB HBM3`. */
  get names(): string[] {
    return this.#latest.map(({ name }) => name);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #watch(): Promise<void> {
    try {
      const all = await readNvidiaGpus();
      const own = this.#options.gpus.map((id) => findGpu(all, id));
      this.#latest = own.filter((gpu) => gpu !== undefined).map(toGpu);
    } catch (error) {
      this.#latest = []; // figures that are no longer true are worse than none
      this.#options.onError(toError(error));
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#watch(), MEASURE_PAUSE_MS);
  }

  #createGauges(): void {
    this.#createGauge("bullpen_gpu_memory_used_bytes", "Memory in use on a GPU.", (g) => g.memory_used_bytes);
    this.#createGauge("bullpen_gpu_memory_total_bytes", "Memory of a GPU.", (g) => g.memory_total_bytes);
    this.#createGauge(
      "bullpen_gpu_utilization_ratio",
      "Part of the time in which a GPU was at work, 0 to 1.",
      (g) => g.utilization,
    );
  }

  #createGauge(name: string, help: string, read: (gpu: Gpu) => number | null): void {
    const latest = () => this.#latest;
    new Gauge({
      name,
      help,
      labelNames: ["gpu", "uuid"],
      registers: [this.#options.registry],
      collect() {
        this.reset();
        for (const gpu of latest()) {
          const value = read(gpu);
          if (value !== null) this.set({ gpu: gpu.index, uuid: gpu.uuid }, value);
        }
      },
    });
  }
}

function toGpu(gpu: NvidiaGpu): Gpu {
  return {
    index: gpu.index,
    uuid: gpu.uuid,
    name: gpu.name,
    memory_used_bytes: gpu.memoryUsedBytes ?? null,
    memory_total_bytes: gpu.memoryTotalBytes ?? null,
    utilization: gpu.utilization ?? null,
  };
}
