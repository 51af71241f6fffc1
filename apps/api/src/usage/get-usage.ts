import { mayDo } from "@bullpen/contracts";
import { ApiError, getUsageParameters, parseRequest, toList, type UsageView } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { principalOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { costOf } from "./prices.js";

const DAY_MS = 86_400_000;
/** Days of an answer to a request that names no beginning. */
const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;

/** `GET /v1/usage`: what the tenant has used, by day, key and model. */
export function getUsage({ usage, prices }: Pick<ApiContext, "usage" | "prices">): RequestHandler {
  return async (request, response) => {
    const { start_date, end_date, tenant: named } = parseRequest(getUsageParameters, request.query);
    const { tenant: own, role } = principalOf(request);
    const tenant = named ?? own;
    if (tenant !== own && !mayDo(role, "admin")) {
      throw new ApiError(
        "permission_denied",
        "tenant: a key of the role admin may name another tenant.",
        "tenant",
      );
    }
    const last = end_date ?? dateOf(Date.now());
    const first = start_date ?? dateOf(Date.parse(last) - (DEFAULT_DAYS - 1) * DAY_MS);
    const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
    if (days < 1 || days > MAX_DAYS) {
      const message = `start_date: must be up to ${MAX_DAYS - 1} days before end_date, which is ${last}.`;
      throw new ApiError("invalid_request", message, "start_date");
    }
    const rows = await usage.report(tenant, first, last);
    response.json(
      toList(rows.map((row): UsageView => ({ object: "usage", tenant, ...row, cost: costOf(prices, row) }))),
    );
  };
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
