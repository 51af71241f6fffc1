import type { Observation, Outcome, Transcript, Turn } from "@bullpen/contracts";
import type { WorkAccount } from "../fairness/work-account.js";
import type { LeasedJob, RecordResult, TranscriptSnapshot, TranscriptStore } from "./transcript-store.js";

/** The job is no longer the worker's: another has taken it over, and what this one does is void. */
export class LockLostError extends Error {
  override readonly name = "LockLostError";

  constructor(queryId: string) {
    super(`the lock of ${queryId} was lost; another worker goes on with it`);
  }
}

export interface TranscriptSessionOptions {
  readonly store: TranscriptStore;
  /** Where the query's work is entered as soon as it is recorded. */
  readonly account: WorkAccount;
  readonly leased: LeasedJob;
  /** Nobody has taken the query before. Redis is not asked then; if it knows better, the first record is void. */
  readonly isNew: boolean;
}

const NOTHING: TranscriptSnapshot = { transcript: { steps: [], end: undefined }, pendingResult: undefined };

/**
 * A transcript in the hands of the worker that holds its query: read once, then kept in step with what
 * is recorded, so that a long query does not read all it has said again at each turn.
 *
 * What a tool answered is part of it as soon as the query's job has it, and is recorded together with the
 * turn that reads it. Until then it stays with the job, so that a worker that dies takes nothing along.
 */
export class TranscriptSession {
  readonly leased: LeasedJob;
  readonly #store: TranscriptStore;
  readonly #account: WorkAccount;
  #snapshot: TranscriptSnapshot = NOTHING;

  static async open(options: TranscriptSessionOptions): Promise<TranscriptSession> {
    const session = new TranscriptSession(options);
    if (!options.isNew) await session.read();
    return session;
  }

  private constructor({ store, account, leased }: TranscriptSessionOptions) {
    this.#store = store;
    this.#account = account;
    this.leased = leased;
  }

  get transcript(): Transcript {
    return this.#snapshot.transcript;
  }

  /** Reads what stands, and what a tool has answered since. */
  async read(): Promise<void> {
    this.#snapshot = await this.#store.read(this.leased.queryId, this.leased.jobKey);
  }

  /**
   * @param outcome how the query ends by this turn, if it does.
   * @throws {LockLostError}
   */
  async recordTurn(step: number, turn: Turn, outcome?: Outcome): Promise<void> {
    const before = this.#snapshot;
    const end = outcome && { outcome, finished_at: Date.now() };
    const result = await this.#store.recordTurn(this.leased, { step, turn, before, end });
    const steps = [...before.transcript.steps.slice(0, step), { turn, observation: undefined }];
    await this.#take(result, { steps, end });
    if (result !== "recorded") return;
    if (step === 0) this.#account.begin(this.leased.job);
    if (end) this.#account.end(this.leased.job, steps);
  }

  /** @throws {LockLostError} */
  async recordObservation(step: number, observation: Observation): Promise<void> {
    const { steps, end } = this.transcript;
    const turn = steps[step]?.turn;
    if (!turn) throw new Error(`step ${step} of ${this.leased.queryId} has no turn to observe`);
    const result = await this.#store.recordObservation(this.leased, step, observation);
    await this.#take(result, { steps: [...steps.slice(0, step), { turn, observation }], end });
  }

  /** Ends the query, if it has not ended. Returns the outcome that stands. */
  async end(outcome: Outcome): Promise<Outcome> {
    const { steps, end, isDamaged } = this.#snapshot.transcript;
    if (end && !isDamaged) return end.outcome;
    const written = await this.#store.end(this.leased.queryId, outcome);
    if (written.isNew) this.#account.end(this.leased.job, steps);
    return written.end.outcome;
  }

  async #take(result: RecordResult, transcript: Transcript): Promise<void> {
    if (result === "lock_lost") throw new LockLostError(this.leased.queryId);
    if (result === "recorded") this.#snapshot = { transcript, pendingResult: undefined };
    else await this.read();
  }
}
