import { ApiError } from "@bullpen/protocol";
import { connectionFailure, type Redis } from "@bullpen/redis";
import type { RequestHandler } from "express";

/** Answers 503 at once while Redis is away. Commands would otherwise wait for its return. */
export function refuseWhileRedisIsAway(redis: Redis): RequestHandler {
  return (_request, _response, next) => {
    const failure = connectionFailure(redis);
    if (failure === undefined) next();
    else next(new ApiError("redis_unavailable", `${failure} The request was not accepted. Try again.`));
  };
}
