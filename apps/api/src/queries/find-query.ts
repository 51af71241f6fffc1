import { isId } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import type { AgentQueues, QueryRecord } from "@bullpen/queue";

/** @throws {ApiError} `query_not_found` when the tenant has no query of the id, or its retention has passed. */
export async function findQuery(queues: AgentQueues, tenant: string, id: string): Promise<QueryRecord> {
  const record = isId("query", id) ? await queues.find(id) : undefined;
  if (record?.job.tenant !== tenant) {
    throw new ApiError(
      "query_not_found",
      "There is no query of this id. A query is removed some time after its end (RETENTION_SECONDS).",
      "id",
    );
  }
  return record;
}
