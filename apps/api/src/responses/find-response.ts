import { ApiError, isReadable, queryOfResponse } from "@bullpen/protocol";
import type { AgentQueues, QueryRecord } from "@bullpen/queue";

/** @throws {ApiError} `response_not_found` when the tenant has no response of the id that is kept. */
export async function findResponse(queues: AgentQueues, tenant: string, id: string): Promise<QueryRecord> {
  const queryId = queryOfResponse(id);
  const record = queryId === undefined ? undefined : await queues.find(queryId);
  if (record && isReadable(record.job, tenant)) return record;
  throw new ApiError(
    "response_not_found",
    `Response with id '${id}' not found. A response is removed some time after its end (RETENTION_SECONDS), and not kept with store: false.`,
    "id",
  );
}
