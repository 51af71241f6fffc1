import { newId } from "@bullpen/contracts";
import {
  type AcceptedQuery,
  ApiError,
  acceptQuery,
  MAX_QUERIES_PER_REQUEST,
  toList,
} from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { principalOf } from "../access/principal.js";
import { refuseOverTokens } from "../access/refuse-over-tokens.js";
import { takeOpenQueries } from "../access/take-open-queries.js";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { repeatableIds } from "../http/idempotent-ids.js";
import { traceContextOf } from "../http/trace-requests.js";
import { acceptOptions } from "./accept-options.js";
import { refuseWhenFull } from "./refuse-when-full.js";
import { unservedModels } from "./refuse-while-unserved.js";

/** `POST /v1/queries`: one query, or an array of up to 1,000 of which all are accepted or none. */
export function submitQueries(
  context: Pick<
    ApiContext,
    | "queues"
    | "models"
    | "tools"
    | "rights"
    | "defaultModel"
    | "agentDefaults"
    | "memory"
    | "idempotency"
    | "quotas"
    | "openQueries"
    | "usage"
  >,
): RequestHandler {
  return async (request, response) => {
    const body: unknown = request.body;
    const isBulk = Array.isArray(body);
    const values: unknown[] = isBulk ? body : [body];
    checkCount(values.length);
    const principal = principalOf(request);
    const { tenant } = principal;
    const options = await acceptOptions(context, principal);
    await refuseWhenFull(context);
    await refuseOverTokens(context, principal, response);
    const traced = traceContextOf(request, values.length);
    const jobs = values.map((value, i) => ({
      ...acceptQuery(value, isBulk ? `[${i}]` : "", options),
      ...traced,
    }));
    const nextId = await repeatableIds(context, request, tenant, body);
    const counted = await takeOpenQueries(context, principal, {
      jobs,
      ids: () => jobs.map(() => (nextId ?? newId)("query")),
    });
    const given = counted ?? (nextId && jobs.map(() => nextId("query")));
    const ids = await context.queues.submit(jobs, given && { ids: given });
    noteCreated(response, ids);
    const unserved = await unservedModels(context, tenant, [...new Set(jobs.map((job) => job.model))]);
    const accepted = ids.map((id, i): AcceptedQuery => {
      const warning = unserved.get(jobs[i]?.model ?? "");
      const custom_id = jobs[i]?.custom_id ?? null;
      return { id, object: "query", status: "queued", custom_id, ...(warning && { warning }) };
    });
    response.status(202).json(isBulk ? toList(accepted) : accepted[0]);
  };
}

function checkCount(count: number): void {
  if (count === 0) throw new ApiError("invalid_request", "The array holds no query.");
  if (count > MAX_QUERIES_PER_REQUEST) {
    throw new ApiError(
      "invalid_request",
      `The array holds ${count} queries; send at most ${MAX_QUERIES_PER_REQUEST} at once.`,
    );
  }
}
