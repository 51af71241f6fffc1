import type { AgentJob, Outcome } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { sweepCalls } from "../caller-tools/sweep-calls.js";
import { FairShare } from "../fairness/fair-share.js";
import { QueuePool } from "../queue-pool.js";
import { StrandedQueries } from "../recovery/stranded.js";
import { type Swept, sweepDueQueries } from "../recovery/sweep.js";
import { TranscriptStore } from "../transcripts/transcript-store.js";
import { countQueries, type QueryCount } from "./counts.js";
import { endQuery } from "./end.js";
import { findQuery } from "./find.js";
import { type ListedQuery, listQueries, listRequiringAction } from "./list.js";
import type { QueryContext } from "./query-context.js";
import type { EndedRecord, QueryRecord } from "./query-record.js";
import { removeQuery } from "./remove.js";
import { type SubmitOptions, submitQueries } from "./submit.js";

export interface AgentQueuesOptions {
  readonly redis: Redis;
  /** Seconds that a query is kept after its end. */
  readonly retentionSeconds: number;
  /** Called once a query has ended by a write of this object. */
  readonly onEnd?: ((query: EndedRecord) => void) | undefined;
}

/** The agent queues, one per model, for processes that submit, read and end queries. */
export class AgentQueues {
  readonly #context: QueryContext;
  readonly #stranded: StrandedQueries;

  constructor(options: AgentQueuesOptions) {
    const { redis } = options;
    this.#context = {
      redis,
      queues: new QueuePool(redis),
      transcripts: new TranscriptStore(options),
      fairShare: new FairShare(options),
      onEnd: options.onEnd,
    };
    this.#stranded = new StrandedQueries(redis);
  }

  /** Enqueues queries, those of one model all or none. Returns their ids in the same order. */
  submit(jobs: readonly AgentJob[], options?: SubmitOptions): Promise<string[]> {
    return submitQueries(this.#context, jobs, options);
  }

  /** The query as it is now; `undefined` when it is unknown, removed, or its job cannot be read. */
  find(id: string): Promise<QueryRecord | undefined> {
    return findQuery(this.#context, id);
  }

  /** Up to `limit` of a tenant's queries, newest first, older than `after`. */
  list(tenant: string, after: string | undefined, limit: number): Promise<ListedQuery[]> {
    return listQueries(this.#context, tenant, { after, limit });
  }

  /** How many of a model's queries are in each state. */
  counts(model: string): Promise<Record<QueryCount, number>> {
    return countQueries(this.#context, model);
  }

  /** Ends a query, wherever it is; `false` when it had ended before or is unknown. */
  end(id: string, outcome: Outcome): Promise<boolean> {
    return endQuery(this.#context, id, outcome);
  }

  /** Ends a query as cancelled; `false` when it had ended before or is unknown. */
  cancel(id: string): Promise<boolean> {
    return this.end(id, { status: "cancelled" });
  }

  /** Removes a query; one that has not ended is cancelled first. From now on it is unknown. */
  remove(id: string): Promise<void> {
    return removeQuery(this.#context, id);
  }

  /** The query of each of a tenant's calls that wait for the caller, newest first, older than `after`. */
  listRequiringAction(tenant: string, after: string | undefined, limit: number): Promise<ListedQuery[]> {
    return listRequiringAction(this.#context, tenant, { after, limit });
  }

  /** Expires queries past their deadline and removes those whose retention is over, 500 at most. */
  async sweep(): Promise<Swept> {
    await sweepCalls(this.#context);
    return sweepDueQueries(this.#context);
  }

  /** Returns queries to their queue that a restart of Redis lost from it; see {@link StrandedQueries}. */
  requeueStranded(): Promise<number> {
    return this.#stranded.requeueAfterRestart();
  }

  async close(): Promise<void> {
    this.#stranded.close();
    await this.#context.queues.close();
  }
}
