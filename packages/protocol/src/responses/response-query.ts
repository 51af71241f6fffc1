import type { AgentJob, Outcome, QueryStatus, Transcript } from "@bullpen/contracts";

/** The query of a response, as far as the response shows it. */
export interface ResponseQuery {
  readonly id: string;
  readonly job: AgentJob;
  readonly status: QueryStatus;
  readonly transcript: Transcript;
  /** Default: it has not ended. */
  readonly outcome: Outcome | undefined;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
}
