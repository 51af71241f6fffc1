import type { ErrorResponseBody } from "@bull-board/api/typings/app";
import type { RequestHandler } from "express";

/** The largest value of a parameter that decides how much of Redis a request reads. The page asks for 50 jobs at most. */
const LARGEST: Readonly<Record<string, number>> = { jobsPerPage: 100, page: 1_000_000 };

/** Refuses pages that are too long: bull-board bounds them below only, and reads all jobs when asked to. */
export const boundPages: RequestHandler = (request, response, next) => {
  const given = new URLSearchParams(request.url.split("?")[1]);
  for (const [name, largest] of Object.entries(LARGEST)) {
    // Parsed as bull-board does: 1e9 and 0x10 are numbers.
    if (!given.getAll(name).some((value) => Number(value) > largest)) continue;
    response.status(400).json({
      error: { key: "ERRORS.INVALID_QUERY_PARAM" },
      message: `${name}: must be at most ${largest}.`,
      code: "invalid_request",
    } satisfies ErrorResponseBody);
    return;
  }
  next();
};
