import { ApiError } from "@bullpen/protocol";
import type { BatchState } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";

/** @throws {ApiError} `batch_not_found` */
export async function findBatch(
  context: Pick<ApiContext, "batches">,
  tenant: string,
  id: string,
): Promise<BatchState> {
  const state = await context.batches.find({ tenant, id });
  if (!state) throw new ApiError("batch_not_found", `There is no batch ${JSON.stringify(id)}.`, "id");
  return state;
}
