import type { End, Observation, Outcome, Step, Transcript, Turn } from "@bullpen/contracts";
import type { WorkAccount } from "../fairness/work-account.js";
import type { LeasedJob, RecordResult, TranscriptSnapshot, TranscriptStore } from "./transcript-store.js";

/** The worker no longer holds the job's lock: another has taken the job over, and nothing more is recorded here. */
class LockLostError extends Error {
  override readonly name = "LockLostError";

  constructor(queryId: string) {
    super(`the lock of ${queryId} was lost; another worker goes on with it`);
  }
}

export interface TranscriptSessionOptions {
  readonly store: TranscriptStore;
  /** Gets the query's work as soon as it is recorded. */
  readonly account: WorkAccount;
  readonly leased: LeasedJob;
  /**
   * First activation: the read is skipped. If a transcript exists after all, the first write is refused and
   * the session reads again.
   */
  readonly isNew: boolean;
  /** Called once the query has ended by a write of this session. */
  readonly onEnd?: (transcript: Transcript, end: End) => void;
}

const EMPTY: TranscriptSnapshot = { transcript: { steps: [], end: undefined }, pendingResult: undefined };

/**
 * The transcript of a query for the worker that holds its job: read once, then updated with what is recorded,
 * so that a long query does not read all its steps again at each turn.
 *
 * A tool's result is part of it as soon as the query's job has it, and is recorded together with the turn that
 * reads it. Until then it stays with the job, so that it is not lost with a worker that dies.
 */
export class TranscriptSession {
  readonly leased: LeasedJob;
  readonly #store: TranscriptStore;
  readonly #account: WorkAccount;
  readonly #onEnd: TranscriptSessionOptions["onEnd"];
  #snapshot: TranscriptSnapshot = EMPTY;

  static async open(options: TranscriptSessionOptions): Promise<TranscriptSession> {
    const session = new TranscriptSession(options);
    if (!options.isNew) await session.read();
    return session;
  }

  private constructor({ store, account, leased, onEnd }: TranscriptSessionOptions) {
    this.#store = store;
    this.#account = account;
    this.leased = leased;
    this.#onEnd = onEnd;
  }

  get transcript(): Transcript {
    return this.#snapshot.transcript;
  }

  /** Reads the transcript, with a tool's result that has arrived since. */
  async read(): Promise<void> {
    this.#snapshot = await this.#store.read(this.leased.queryId, this.leased.jobKey);
  }

  /**
   * @param outcome how the query ends by this turn. Default: it goes on.
   * @throws {LockLostError}
   */
  async recordTurn(step: number, turn: Turn, outcome?: Outcome): Promise<void> {
    const before = this.#snapshot;
    const end = outcome && { outcome, finished_at: Date.now() };
    const result = await this.#store.recordTurn(this.leased, { step, turn, before, end });
    const steps = [...before.transcript.steps.slice(0, step), { turn, observation: undefined }];
    await this.#apply(result, { steps, end });
    if (result !== "recorded") return;
    if (step === 0) this.#account.begin(this.leased.job);
    if (end) this.#ended(steps, end);
  }

  /** @throws {LockLostError} */
  async recordObservation(step: number, observation: Observation): Promise<void> {
    const { steps, end } = this.transcript;
    const turn = steps[step]?.turn;
    if (!turn) throw new Error(`step ${step} of ${this.leased.queryId} has no turn to observe`);
    const result = await this.#store.recordObservation(this.leased, step, observation);
    await this.#apply(result, { steps: [...steps.slice(0, step), { turn, observation }], end });
  }

  /** Ends the query, unless it has ended. Returns the outcome that counts. */
  async end(outcome: Outcome): Promise<Outcome> {
    const { steps, end, isDamaged } = this.#snapshot.transcript;
    if (end && !isDamaged) return end.outcome;
    const written = await this.#store.end(this.leased.queryId, outcome);
    if (written.isNew) this.#ended(steps, written.end);
    return written.end.outcome;
  }

  #ended(steps: readonly Step[], end: End): void {
    this.#account.end(this.leased.job, steps);
    this.#onEnd?.({ steps, end }, end);
  }

  async #apply(result: RecordResult, transcript: Transcript): Promise<void> {
    if (result === "lock_lost") throw new LockLostError(this.leased.queryId);
    if (result === "recorded") this.#snapshot = { transcript, pendingResult: undefined };
    else await this.read();
  }
}
