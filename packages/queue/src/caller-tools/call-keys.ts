import { readCallId, toolJobId } from "@bullpen/contracts";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { agentJobKey, transcriptKey } from "../queries/query-keys.js";
import { PROCESSED } from "../transcripts/child-results.js";

/** The queue of all calls of callers' own tools. No worker takes from it: whoever runs the tools does. */
export const CALLER_TOOLS_QUEUE = "caller-tools";

/** Calls with something due, by the time, in Unix milliseconds: they expire, or have a result and are removed. */
export const CALLS_DUE_KEY = `${KEY_PREFIX}:caller-calls-due`;

/** Calls that no webhook has announced yet, by the time at which they were made. */
export const UNANNOUNCED_KEY = `${KEY_PREFIX}:caller-calls-new`;

/** The calls of a tenant that wait: a sorted set of jobs' ids, which sort by the creation of their queries. */
export function tenantCallsKey(tenant: string): string {
  return `${KEY_PREFIX}:caller-calls:${tenant}`;
}

/** Those of one tool, by the time, in Unix milliseconds, from which they may be handed out. */
export function toolCallsKey(tenant: string, tool: string): string {
  return `${tenantCallsKey(tenant)}:${tool}`;
}

/** BullMQ's key of a call's job, which is also its field among the results of its query's job. */
export function callJobKey(jobId: string): string {
  return `${KEY_PREFIX}:${CALLER_TOOLS_QUEUE}:${jobId}`;
}

/** Where a call is. */
export interface CallPlace {
  readonly tenant: string;
  readonly model: string;
  readonly queryId: string;
  readonly step: number;
  readonly tool: string;
}

/** The keys that scripts on one call take, in their order. */
export function callKeys({ tenant, model, queryId, step, tool }: CallPlace): string[] {
  const queryJob = agentJobKey(model, queryId);
  return [
    ...[
      callJobKey(toolJobId(queryId, step)),
      toolCallsKey(tenant, tool),
      tenantCallsKey(tenant),
      CALLS_DUE_KEY,
    ],
    ...[queryJob, queryJob + PROCESSED, transcriptKey(queryId), UNANNOUNCED_KEY],
  ];
}

/** The id of a call's job; `undefined` for what is no id of a call. */
export function jobIdOfCall(callId: string): string | undefined {
  const call = readCallId(callId);
  return call && toolJobId(call.queryId, call.step);
}
