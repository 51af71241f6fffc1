import { isTerminal } from "@bullpen/contracts";
import { ApiError, type BatchChanges, parseRequest, updateBatchSchema } from "@bullpen/protocol";
import { type BatchState, type Controls, statusOf } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { toBatchView } from "./batch-view.js";
import { findBatch } from "./find-batch.js";

type Needs = Pick<ApiContext, "batches" | "prices">;

/** What a request does with a batch that has not ended. */
export type BatchChange = (context: Needs, state: BatchState) => Promise<unknown>;

/** Lines that have begun go on; no other begins. The batchers see to it within seconds. */
export const pause: BatchChange = ({ batches }, { manifest }) =>
  batches.controls.change(manifest, (controls) =>
    controls.paused_at === null ? { ...controls, paused_at: Date.now() } : undefined,
  );

export const resume: BatchChange = ({ batches }, { manifest }) =>
  batches.controls.change(manifest, (controls) =>
    controls.paused_at === null ? undefined : resumed(controls),
  );

/** Finished lines are kept; the batchers end the others within seconds. */
export const cancel: BatchChange = async ({ batches }, state) => {
  const { manifest } = state.retry?.batch ?? state;
  await batches.writeHalt(manifest, { reason: "cancelled", at: Date.now() });
};

export function update(changes: BatchChanges): BatchChange {
  return ({ batches }, { manifest }) =>
    batches.controls.change(manifest, (controls) => {
      const { priority = controls.priority, max_total_tokens = controls.max_total_tokens } = changes;
      if (priority === controls.priority && max_total_tokens === controls.max_total_tokens) return undefined;
      const { exhausted } = controls;
      const isRaised = exhausted && (max_total_tokens ?? 0) > exhausted.tokens;
      return { ...controls, priority, max_total_tokens, exhausted: isRaised ? null : exhausted };
    });
}

/** The time of the pause is added to those before. */
export function resumed(controls: Controls): Controls {
  const { paused_at, paused_ms } = controls;
  const pausedMs = paused_at === null ? 0 : Math.max(Date.now() - paused_at, 0);
  return { ...controls, paused_at: null, paused_ms: paused_ms + pausedMs };
}

/** `POST /v1/batches/{id}/…`: changes a batch that has not ended, and answers with it. */
export function changeBatch(context: Needs, change: BatchChange): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const tenant = tenantOf(request);
    const { id } = request.params;
    const state = await findBatch(context, tenant, id);
    if (isTerminal(statusOf(state))) {
      const message = `The batch has ended already (${statusOf(state)}); only a batch that runs can be changed or cancelled.`;
      throw new ApiError("already_finished", message, "id");
    }
    await change(context, state);
    response.json(toBatchView(await findBatch(context, tenant, id), Date.now(), context.prices));
  };
}

/** `POST /v1/batches/{id}` */
export function updateBatch(context: Needs): RequestHandler<{ id: string }> {
  return async (request, response, next) => {
    const { bullpen } = parseRequest(updateBatchSchema, request.body);
    await changeBatch(context, update(bullpen))(request, response, next);
  };
}
