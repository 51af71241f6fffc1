import { every } from "@bullpen/base";
import type { AuditEvent, AuditProblem } from "@bullpen/contracts";
import type { Store } from "../store.js";
import { AuditLog, type NewAuditEvent } from "./audit-log.js";
import { type AuditRange, readAudit, removeOldAudit } from "./read-audit.js";
import { RepeatedRefusals } from "./repeated-refusals.js";

/** How often days that are too old are removed. */
const REMOVE_EVERY_MS = 3_600_000;

/** For this long a stop waits for the storage. */
const STOP_MS = 5_000;

/** A reader sees what this process noted before; a storage that hangs delays it by this at most. */
const FLUSH_MS = 2_000;

export interface AuditTrailOptions {
  readonly store: Store;
  /** Days that events are kept for. Default: this process removes none. */
  readonly days?: number;
  /** Told what goes wrong, with what is known of it. */
  readonly onProblem?: (problem: AuditProblem, details: object) => void;
}

/** The audit log as servers write and read it. */
export class AuditTrail {
  readonly #store: Store;
  readonly #onProblem: NonNullable<AuditTrailOptions["onProblem"]>;
  readonly #log: AuditLog;
  readonly #refusals: RepeatedRefusals;
  readonly #stopRemoving: () => Promise<void>;

  constructor({ store, days, onProblem = () => {} }: AuditTrailOptions) {
    this.#store = store;
    this.#onProblem = onProblem;
    this.#log = new AuditLog({ store, onError: (err) => onProblem("waiting", { err }) });
    this.#refusals = new RepeatedRefusals((event) => this.#log.note(event));
    const remove = async () => {
      if (days !== undefined) await removeOldAudit(store, days);
    };
    this.#stopRemoving = every(REMOVE_EVERY_MS, remove, {
      onError: (err) => onProblem("not_removed", { err }),
      immediately: true,
      keepAlive: false,
    });
  }

  /** Whether so many events wait for the storage that nothing should be done that must be noted. */
  get isFull(): boolean {
    return this.#log.isFull;
  }

  /** Notes what a request did. Never waits. */
  note(event: NewAuditEvent): void {
    if (event.outcome === "refused" || event.outcome === "failed") this.#refusals.note(event);
    else this.#log.note(event);
  }

  /** Events, newest first: all that this process noted before, and what others noted more than a second ago. */
  async *read(range: AuditRange): AsyncGenerator<AuditEvent> {
    await Promise.race([this.#log.flush(), new Promise((resolve) => setTimeout(resolve, FLUSH_MS).unref())]);
    yield* readAudit(this.#store, range, () => this.#onProblem("broken_line", {}));
  }

  /** Stores the rest; `onProblem` gets what the storage does not take in time. */
  async stop(): Promise<void> {
    await this.#refusals.stop();
    const lost = await this.#log.close(STOP_MS);
    for (const line of lost) this.#onProblem("lost", { audit_event: JSON.parse(line) });
    await this.#stopRemoving();
  }
}
