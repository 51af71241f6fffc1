import { getHistoryParameters, type HistoryPeriod, type HistoryView, parseRequest } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";
import { groupRecords } from "./join-records.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far back a period goes and how long its intervals are, in seconds: a chart has some hundred points. */
const PERIODS: Readonly<Record<HistoryPeriod, { readonly seconds: number; readonly interval: number }>> = {
  hour: { seconds: HOUR, interval: MINUTE },
  day: { seconds: DAY, interval: 5 * MINUTE },
  week: { seconds: 7 * DAY, interval: 30 * MINUTE },
};

/** `GET /v1/history`: what the server did over time. */
export function getHistory({ history }: Pick<ApiContext, "history">): RequestHandler {
  return async (request, response) => {
    const { period } = parseRequest(getHistoryParameters, request.query);
    const { seconds, interval } = PERIODS[period];
    const now = Date.now();
    // From the beginning of an interval, so that the first is whole.
    const from = Math.ceil((now / 1_000 - seconds) / interval) * interval;
    const records = await history.read(from * 1_000, now);
    response.json({
      object: "history",
      period,
      interval_seconds: interval,
      data: groupRecords(records, interval),
    } satisfies HistoryView);
  };
}
