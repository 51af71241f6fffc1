import { cpus } from "node:os";

/** Watches what other processes take of this machine's CPUs. */
export class MachineLoad {
  readonly #startedAt = performance.now();
  readonly #busyBefore = busyMs();
  readonly #ownBefore = process.cpuUsage();

  /** The part of all CPUs that others have taken since, 0 to 1. */
  takenByOthers(): number {
    const own = process.cpuUsage(this.#ownBefore);
    const others = busyMs() - this.#busyBefore - (own.user + own.system) / 1_000;
    const available = (performance.now() - this.#startedAt) * cpus().length;
    return Math.min(1, Math.max(0, others / available));
  }
}

function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
