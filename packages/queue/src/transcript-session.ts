import type { Observation, Step, Transcript, Turn } from "@bullpen/contracts";
import type { HeldJob, RecordResult, TranscriptStore } from "./transcript-store.js";

/** The job is no longer the worker's: another has taken it over, and what this one does is void. */
export class LockLostError extends Error {
  override readonly name = "LockLostError";

  constructor(queryId: string) {
    super(`the lock of ${queryId} was lost; another worker goes on with it`);
  }
}

/**
 * A transcript in the hands of the worker that holds its query: read once, then kept in step with what
 * is recorded, so that a long query does not read all it has said again at each turn.
 */
export class TranscriptSession {
  readonly held: HeldJob;
  readonly #store: TranscriptStore;
  #transcript: Transcript;

  static async open(store: TranscriptStore, held: HeldJob): Promise<TranscriptSession> {
    return new TranscriptSession(store, held, await store.read(held.queryId));
  }

  private constructor(store: TranscriptStore, held: HeldJob, transcript: Transcript) {
    this.#store = store;
    this.held = held;
    this.#transcript = transcript;
  }

  get transcript(): Transcript {
    return this.#transcript;
  }

  /** @throws {LockLostError} */
  async recordTurn(step: number, turn: Turn): Promise<void> {
    const before = this.#transcript.steps[step - 1];
    const result = await this.#store.recordTurn(this.held, step, turn, before);
    await this.#take(step, { turn, observation: undefined }, result);
  }

  /**
   * @param childKey the key under which the parent holds the child's result; '' for none.
   * @throws {LockLostError}
   */
  async recordObservation(step: number, observation: Observation, childKey = ""): Promise<void> {
    const turn = this.#transcript.steps[step]?.turn;
    if (!turn) throw new Error(`step ${step} of ${this.held.queryId} has no turn to observe`);
    const result = await this.#store.recordObservation(this.held, step, observation, childKey);
    await this.#take(step, { turn, observation }, result);
  }

  async #take(index: number, step: Step, result: RecordResult): Promise<void> {
    if (result === "lock_lost") throw new LockLostError(this.held.queryId);
    if (result === "recorded") {
      this.#transcript = { ...this.#transcript, steps: [...this.#transcript.steps.slice(0, index), step] };
    } else this.#transcript = await this.#store.read(this.held.queryId);
  }
}
