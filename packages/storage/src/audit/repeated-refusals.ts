import { every } from "@bullpen/base";
import type { NewAuditEvent } from "./audit-log.js";

/** Refusals that repeat within this time are one event. */
const WINDOW_MS = 60_000;

/** Kinds that are told apart in a window. What comes beyond is told by its route and error alone. */
const MAX_KINDS = 10_000;

interface Repeats {
  readonly first: NewAuditEvent;
  count: number;
}

/**
 * Bounds what refused requests cost the audit log. The first of a kind is noted at once; those that repeat it within a
 * minute are counted, and noted as one event when the minute is over.
 */
export class RepeatedRefusals {
  readonly #note: (event: NewAuditEvent) => void;
  readonly #maxKinds: number;
  readonly #kinds = new Map<string, Repeats>();
  readonly #stop: () => Promise<void>;

  constructor(note: (event: NewAuditEvent) => void, { maxKinds = MAX_KINDS } = {}) {
    this.#note = note;
    this.#maxKinds = maxKinds;
    this.#stop = every(WINDOW_MS, () => this.#close(), { keepAlive: false });
  }

  note(event: NewAuditEvent): void {
    const { route, outcome, error_code, tenant, key_id, address } = event;
    const kind = JSON.stringify([route, outcome, error_code, tenant, key_id, address]);
    const known = this.#kinds.get(kind);
    if (known) known.count++;
    else if (this.#kinds.size < this.#maxKinds) {
      this.#kinds.set(kind, { first: event, count: 0 });
      this.#note(event);
    } else this.#addToOthers(event);
  }

  /** Notes what was counted. */
  async stop(): Promise<void> {
    await this.#stop();
    this.#close();
  }

  #addToOthers({ action, outcome, error_code, route, status }: NewAuditEvent): void {
    const kind = JSON.stringify([route, outcome, error_code]);
    const others = this.#kinds.get(kind);
    if (others) others.count++;
    else {
      const unknown = { tenant: null, key_id: null, key_name: null, actor: null, address: null };
      const nothing = { object_ids: [], count: 1, forwarded_for: null, request_id: null };
      this.#kinds.set(kind, {
        first: { action, outcome, error_code, route, status, ...unknown, ...nothing },
        count: 1,
      });
    }
  }

  #close(): void {
    for (const { first, count } of this.#kinds.values()) if (count > 0) this.#note({ ...first, count });
    this.#kinds.clear();
  }
}
