import type { QueryStatus } from "@bullpen/contracts";
import { listQueriesParameters, parseRequest, toPage } from "@bullpen/protocol";
import type { AgentQueues, QueryRecord } from "@bullpen/queue";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { toQueryView } from "./query-view.js";

/** Queries that one request searches for a rare status; `last_id` then tells where to continue. */
const MAX_SCANNED = 2_000;
/** What is read at a time when a status is searched for. */
const PAGE = 100;

/** `GET /v1/queries?status&after&limit`: newest first; the next page is `after=last_id`. */
export function listQueries(context: Pick<ApiContext, "queues">): RequestHandler {
  return async (request, response) => {
    const { status, after, limit } = parseRequest(listQueriesParameters, request.query);
    const page = await scan(context.queues, tenantOf(request), { status, after, limit });
    response.json(toPage(page.records.map(toQueryView), page.hasMore, page.lastId));
  };
}

interface Page {
  readonly records: QueryRecord[];
  /** The last id that was read: the next page starts after it, even when nothing matched. */
  readonly lastId: string | undefined;
  readonly hasMore: boolean;
}

async function scan(
  queues: AgentQueues,
  tenant: string,
  wanted: { status: QueryStatus | undefined; after: string | undefined; limit: number },
): Promise<Page> {
  const records: QueryRecord[] = [];
  let lastId = wanted.after;
  // One more than asked for tells whether there are more: to read a query costs Redis several commands.
  const size = wanted.status === undefined ? wanted.limit + 1 : PAGE;
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += size) {
    // Those that wait for the caller have a list of their own, in which queries of batches are, too.
    const page =
      wanted.status === "requires_action"
        ? await queues.listRequiringAction(tenant, lastId, size)
        : await queues.list(tenant, lastId, size);
    for (const { id, record } of page) {
      if (records.length === wanted.limit) return { records, lastId, hasMore: true };
      lastId = id;
      if (record && (wanted.status === undefined || record.status === wanted.status)) records.push(record);
    }
    if (page.length < size) return { records, lastId, hasMore: false };
  }
  return { records, lastId, hasMore: true };
}
