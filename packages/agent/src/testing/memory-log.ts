import type { Observation, Outcome, Step, Turn } from "@bullpen/contracts";

/** Ends a run in the place of a dying process. */
export class Crash extends Error {}

/** A transcript in memory. Before or after the write of the given number it crashes, once. */
export class MemoryLog {
  steps: Step[] = [];
  #end: Outcome | undefined;
  #writes = 0;
  readonly #crash: { write: number; when: "before" | "after" } | undefined;

  constructor(crash?: { write: number; when: "before" | "after" }) {
    this.#crash = crash;
  }

  async read() {
    const end = this.#end && { outcome: this.#end, finished_at: 0 };
    return { steps: this.steps, end };
  }

  async recordTurn(step: number, turn: Turn, outcome?: Outcome) {
    this.#write(() => {
      this.steps = [...this.steps.slice(0, step), { turn, observation: undefined }];
      this.#end = outcome;
    });
  }

  async recordObservation(step: number, observation: Observation) {
    this.#write(() => {
      this.steps = this.steps.map((each, index) => (index === step ? { ...each, observation } : each));
    });
  }

  #write(apply: () => void) {
    const isLast = this.#writes++ === this.#crash?.write;
    if (isLast && this.#crash?.when === "before") throw new Crash();
    apply();
    if (isLast) throw new Crash();
  }
}
