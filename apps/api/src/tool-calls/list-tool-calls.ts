import { callIdOf } from "@bullpen/contracts";
import { listToolCallsParameters, parseRequest, type ToolCallView, toPage } from "@bullpen/protocol";
import type { CallerCalls } from "@bullpen/queue";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { toToolCallView } from "./tool-call-view.js";

/** Calls that one request searches for those of a tool; `last_id` then tells where to continue. */
const MAX_SCANNED = 2_000;
/** What is read at a time when calls of a tool or a query are searched for. */
const PAGE = 100;

/** `GET /v1/tool_calls?tool&query_id&after&limit`: the calls that wait; the next page is `after=last_id`. */
export function listToolCalls(context: Pick<ApiContext, "callerCalls">): RequestHandler {
  return async (request, response) => {
    const { tool, query_id, after, limit } = parseRequest(listToolCallsParameters, request.query);
    const isWanted = (call: ToolCallView) =>
      (tool === undefined || call.function.name === tool) &&
      (query_id === undefined || call.query_id === query_id);
    // One more than asked for tells whether there are more.
    const size = tool === undefined && query_id === undefined ? limit + 1 : PAGE;
    const page = await scan(context.callerCalls, tenantOf(request), { isWanted, after, limit, size });
    response.json(toPage(page.calls, page.hasMore, page.lastId));
  };
}

interface Wanted {
  readonly isWanted: (call: ToolCallView) => boolean;
  readonly after: string | undefined;
  readonly limit: number;
  /** Calls that are read at a time. */
  readonly size: number;
}

async function scan(callerCalls: CallerCalls, tenant: string, { isWanted, after, limit, size }: Wanted) {
  const calls: ToolCallView[] = [];
  let lastId = after;
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += size) {
    const { listed, isLast } = await callerCalls.list(tenant, lastId, size);
    for (const waiting of listed) {
      if (calls.length === limit) return { calls, lastId, hasMore: true };
      lastId = callIdOf(waiting.call.query_id, waiting.call.step);
      const view = toToolCallView(waiting, waiting.leasedUntil);
      if (isWanted(view)) calls.push(view);
    }
    if (isLast) return { calls, lastId, hasMore: false };
  }
  return { calls, lastId, hasMore: true };
}
