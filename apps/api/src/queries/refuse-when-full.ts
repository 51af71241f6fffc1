import { ApiError } from "@bullpen/protocol";
import type { ApiContext } from "../api-context.js";

/** @throws {ApiError} `redis_full` while Redis has too little room for new queries. */
export async function refuseWhenFull({ memory }: Pick<ApiContext, "memory">): Promise<void> {
  if (!(await memory.isNearlyFull())) return;
  throw new ApiError("redis_full", "Redis is nearly full; no new query is accepted until others have ended.");
}
