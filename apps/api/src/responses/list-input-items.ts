import { ApiError, itemIdOf, listInputItemsParameters, parseRequest, toPage } from "@bullpen/protocol";
import type { QueryRecord } from "@bullpen/queue";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findResponse } from "./find-response.js";

interface ListedItem {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** `GET /v1/responses/{id}/input_items`: the items of its request, the last one first unless `order` says otherwise. */
export function listInputItems(context: Pick<ApiContext, "queues">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { after, limit, order } = parseRequest(listInputItemsParameters, request.query);
    const query = await findResponse(context.queues, tenantOf(request), request.params.id);
    const items = order === "asc" ? itemsOf(query) : itemsOf(query).reverse();
    const rest = items.slice(after === undefined ? 0 : placeAfter(items, after));
    response.json(toPage(rest.slice(0, limit), rest.length > limit));
  };
}

/** Items that came without an id get one of their place. */
function itemsOf({ id, job }: QueryRecord): ListedItem[] {
  return (job.response?.input ?? []).map((item, i) => {
    const given = typeof item.id === "string" ? item.id : undefined;
    return { ...item, id: given ?? itemIdOf(kindOf(item.type), id, `in${i}`) };
  });
}

function kindOf(type: unknown) {
  switch (type) {
    case "message":
    case "function_call":
    case "function_call_output":
      return type;
    default:
      return "other";
  }
}

function placeAfter(items: readonly ListedItem[], after: string): number {
  const place = items.findIndex(({ id }) => id === after);
  if (place >= 0) return place + 1;
  throw new ApiError("invalid_request", "after: is the id of no item of this response.", "after");
}
