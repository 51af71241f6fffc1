import { ApiError } from "@bullpen/contracts";
import type { Redis } from "@bullpen/queue";
import type { RequestHandler } from "express";

/** Answers 503 at once while Redis is away, where a command would otherwise wait for its return. */
export function refuseWhileRedisIsAway(redis: Redis): RequestHandler {
  return (_request, _response, next) => {
    if (redis.status === "ready") next();
    else next(new ApiError("redis_unavailable", "Redis is away; the request was not accepted. Try again."));
  };
}
