import { every, settlesWithin } from "@bullpen/base";
import { endRecord } from "../queries/end.js";
import { findQuery } from "../queries/find.js";
import type { QueryContext } from "../queries/query-context.js";
import { mayBeSubmitting } from "../queries/submit.js";
import { type DueQuery, readDue, removeQuery } from "./due.js";

/** What a sweep did. */
export interface Swept {
  readonly expired: number;
  readonly removed: number;
  /** More may be due: sweep again at once. */
  readonly hasMore: boolean;
}

/** Due queries of one sweep: few enough that other clients of Redis do not wait. */
const SWEEP_LIMIT = 500;

/** How often the sweep runs: a deadline is met to about a second. */
const SWEEP_MS = 1_000;

/** What an active sweep may take to end when it is stopped. */
const STOP_MS = 2_000;

/** Expires queries past their deadline and removes those whose retention is over, {@link SWEEP_LIMIT} at most. */
export async function sweepDueQueries(
  context: Pick<QueryContext, "redis" | "queues" | "transcripts">,
): Promise<Swept> {
  const due = await readDue(context.redis, SWEEP_LIMIT);
  let [expired, removed] = [0, 0];
  for (const query of due) {
    if (query.isRemovable) {
      await removeQuery(context.redis, context.queues, query);
      removed++;
    } else if (await expire(context, query)) expired++;
  }
  return { expired, removed, hasMore: due.length === SWEEP_LIMIT && expired + removed > 0 };
}

/** Returns whether the query expired by this. */
async function expire(
  context: Pick<QueryContext, "redis" | "queues" | "transcripts">,
  query: DueQuery,
): Promise<boolean> {
  const { id } = query;
  const record = await findQuery(context, id);
  if (record?.outcome) {
    // The queue gave the query up, or its record is damaged, and nobody could write its end.
    await context.transcripts.end(id, record.outcome);
  } else if (record) {
    return endRecord(context, record, { status: "expired" });
  } else if (!mayBeSubmitting(id)) {
    // Its submission never added a job, or it is no query at all: nothing else ends it.
    await removeQuery(context.redis, context.queues, query);
  }
  return false;
}

export interface QuerySweepOptions {
  readonly queues: { sweep(): Promise<Swept>; requeueStranded(): Promise<number> };
  readonly onError?: (error: Error) => void;
  /** Milliseconds between two sweeps. Default: 1,000. */
  readonly everyMs?: number;
}

/**
 * Sweeps until it is stopped: {@link sweepDueQueries}, and the return of queries to their queue that a restart
 * of Redis lost from it. Every api and worker sweeps: a query stays due until the work on it is done, so the
 * next sweep does what one that died left, and two sweeps at the same time do the same thing once.
 */
export class QuerySweep {
  readonly #stop: () => Promise<void>;

  constructor({ queues, onError, everyMs = SWEEP_MS }: QuerySweepOptions) {
    const sweep = async (signal: AbortSignal) => {
      await queues.requeueStranded();
      for (let hasMore = true; hasMore && !signal.aborted; ) {
        hasMore = (await queues.sweep()).hasMore;
      }
    };
    // While Redis is away a sweep fails; the next one finds the same queries.
    this.#stop = every(everyMs, sweep, onError && { onError });
  }

  async stop(): Promise<void> {
    // Without Redis the active sweep does not end; the next sweep, anybody's, does the same.
    await settlesWithin(this.#stop(), STOP_MS);
  }
}
