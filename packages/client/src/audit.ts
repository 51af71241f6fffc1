import type { AuditEventView } from "@bullpen/protocol";
import { isList } from "./http/check-answer.js";
import type { CallOptions, Transport } from "./http/transport.js";
import { eachOf, type PageOptions } from "./pages.js";
import type { Page } from "./wire.js";

/** Which events. */
export interface ListAuditOptions extends PageOptions, CallOptions {
  /** Only events from this time on: a date, or a time such as `2026-11-28T09:30:00Z`. */
  readonly since?: string | undefined;
  /** Only events before this time. */
  readonly until?: string | undefined;
  readonly key_id?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  /** Only what was done to this object. */
  readonly object_id?: string | undefined;
  /** Whose events. Default: those of the key's own tenant; `*`: all. */
  readonly tenant?: string | undefined;
}

/** Who did what, newest first: `/v1/audit`, for keys of the role admin. */
export class Audit {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** One page of events. A search for something rare may find none on a page, and more on the next. */
  async list({ signal, maxAttempts, ...wanted }: ListAuditOptions = {}): Promise<Page<AuditEventView>> {
    const query = { ...wanted };
    return this.#transport.json({ method: "GET", path: "/v1/audit", query, signal, maxAttempts }, isList);
  }

  /** All events, page by page. */
  listAll(options: ListAuditOptions = {}): AsyncGenerator<AuditEventView> {
    return eachOf((after) => this.list({ ...options, after }), options.after);
  }
}
