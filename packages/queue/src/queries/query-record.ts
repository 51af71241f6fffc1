import {
  type AgentJob,
  agentJobSchema,
  type Outcome,
  type QueryStatus,
  type Transcript,
} from "@bullpen/contracts";
import type { JobState } from "bullmq";
import type { StoredJob } from "./stored-job.js";

/** A query as Redis has it. */
export interface QueryRecord {
  readonly id: string;
  readonly job: AgentJob;
  readonly status: QueryStatus;
  readonly transcript: Transcript;
  /** How it ended; `undefined` while it runs. Also set for a query that the queue gave up before its end was written. */
  readonly outcome: Outcome | undefined;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
}

/** A query that has ended. */
export interface EndedRecord extends Pick<QueryRecord, "id" | "job" | "transcript" | "createdAt"> {
  readonly outcome: Outcome;
  /** Unix milliseconds. */
  readonly finishedAt: number;
}

export function toRecord(
  id: string,
  job: StoredJob,
  state: JobState | "unknown",
  transcript: Transcript,
): QueryRecord {
  const outcome = transcript.end?.outcome ?? (state === "failed" ? givenUp(job.failedReason) : undefined);
  return {
    id,
    job: agentJobSchema.parse(job.data),
    status: outcome?.status ?? liveStatus(state, transcript),
    transcript,
    outcome,
    createdAt: job.timestamp,
    finishedAt: transcript.end?.finished_at ?? (outcome && job.finishedOn),
  };
}

function liveStatus(state: JobState | "unknown", transcript: Transcript): QueryStatus {
  if (state === "waiting-children") return "waiting_for_tool";
  if (state === "active" || transcript.steps.length > 0) return "running";
  return "queued";
}

/** The outcome of a query whose job failed for good by an error that the query did not cause. */
export function givenUp(reason: string): Outcome {
  return { status: "failed", error: { code: "internal_error", message: reason } };
}
