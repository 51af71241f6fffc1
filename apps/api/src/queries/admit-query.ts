import type { AgentJob } from "@bullpen/contracts";
import type { Request, Response } from "express";
import { principalOf } from "../access/principal.js";
import { takeOpenQueries } from "../access/take-open-queries.js";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { idSource } from "../http/idempotent-ids.js";
import { traceContextOf } from "../http/trace-requests.js";
import { refuseWhileUnserved } from "./refuse-while-unserved.js";

/** What {@link admitQuery} needs of the api. */
export type AdmissionNeeds = Pick<
  ApiContext,
  "queues" | "models" | "rights" | "idempotency" | "quotas" | "openQueries"
>;

export interface Admission {
  readonly job: AgentJob;
  /** Whether the request waits for the end: it is refused while nobody serves the model. */
  readonly waits: boolean;
  /** The id that the client sees, for the audit log. Default: the query's. */
  readonly shownId?: (id: string) => string;
}

/** A query that is let in under an id, and has still to be submitted. */
export interface AdmittedQuery {
  readonly id: string;
  readonly submit: () => Promise<void>;
}

/**
 * Gives the one query of a request its id and its place among those that its key and tenant may have open.
 *
 * @throws {ApiError} when the model is not served, or there is no room.
 */
export async function admitQuery(
  context: AdmissionNeeds,
  request: Request,
  response: Response,
  { job, waits, shownId = (id) => id }: Admission,
): Promise<AdmittedQuery> {
  const principal = principalOf(request);
  const { tenant } = principal;
  if (waits) await refuseWhileUnserved(context, tenant, job.model);
  const nextId = await idSource(context, request, tenant, request.body);
  const id = nextId("query");
  await takeOpenQueries(context, principal, { jobs: [job], ids: () => [id] });
  const traced = { ...job, ...traceContextOf(request, 1) };
  const submit = async () => {
    await context.queues.submit([traced], { ids: [id] });
    noteCreated(response, [shownId(id)]);
  };
  return { id, submit };
}
