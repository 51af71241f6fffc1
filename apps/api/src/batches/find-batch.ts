import { ApiError } from "@bullpen/protocol";
import type { BatchState } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";

/** Whether no user knows of a batch: it runs lines of another one again, in place. */
export function isHidden({ manifest }: BatchState): boolean {
  return manifest.retry_of?.in_place !== undefined;
}

/** @throws {ApiError} `batch_not_found` */
export async function findBatch(
  context: Pick<ApiContext, "batches">,
  tenant: string,
  id: string,
): Promise<BatchState> {
  const state = await context.batches.find({ tenant, id });
  // A retry in place is part of another batch.
  if (!state || isHidden(state))
    throw new ApiError("batch_not_found", `There is no batch ${JSON.stringify(id)}.`, "id");
  return state;
}
