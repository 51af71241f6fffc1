import type { Redis } from "@bullpen/redis";
import type { FairShare } from "../fairness/fair-share.js";
import type { QueuePool } from "../queue-pool.js";
import type { TranscriptStore } from "../transcripts/transcript-store.js";
import type { EndedRecord } from "./query-record.js";

/** Everything that functions on queries work with. Each takes only the parts that it uses. */
export interface QueryContext {
  readonly redis: Redis;
  readonly queues: QueuePool;
  readonly transcripts: TranscriptStore;
  readonly fairShare: FairShare;
  /** Called once a query has ended by a write of this process. */
  readonly onEnd?: ((query: EndedRecord) => void) | undefined;
}
