import type { Contender } from "./contenders.js";
import { arithmetic, withImports } from "./programs.js";

/** How much larger the process may be at the second half of the runs than at the first. */
const MOST_GROWTH = 1.1;

export interface MemoryMeasurement {
  /** Runs in a row. */
  readonly runs: number;
  /** The largest that the process was during the first and during the second half of them, in MiB. */
  readonly first_half_mib: number;
  readonly second_half_mib: number;
}

/** The size of this process while a contender runs programs one after another. */
export async function measureMemory(contender: Contender, runs: number): Promise<MemoryMeasurement> {
  const halves = [0, 0];
  for (let run = 0; run < runs; run++) {
    await contender.run((run % 2 === 0 ? arithmetic : withImports)(run).source);
    const half = run < runs / 2 ? 0 : 1;
    halves[half] = Math.max(halves[half] ?? 0, process.memoryUsage.rss() / (1024 * 1024));
  }
  const [first_half_mib = 0, second_half_mib = 0] = halves;
  return { runs, first_half_mib, second_half_mib };
}

export function hasGrown({ first_half_mib, second_half_mib }: MemoryMeasurement): boolean {
  return second_half_mib > first_half_mib * MOST_GROWTH;
}
