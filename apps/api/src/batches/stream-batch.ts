import { setTimeout as sleep } from "node:timers/promises";
import { isTerminal, jsonLine } from "@bullpen/contracts";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { EVENT_HEADERS } from "../http/server-sent-events.js";
import { toBatchView } from "./batch-view.js";
import { findBatch } from "./find-batch.js";

/** A progress bar moves, the storage idles. */
const POLL_MS = 1_000;
/** A batch that does not change is sent all the same: proxies close connections that are silent for a minute. */
const REPEAT_MS = 15_000;

/** `GET /v1/batches/{id}/events`: the batch as server-sent events, until it has ended. */
export function streamBatch(
  context: Pick<ApiContext, "batches" | "prices" | "stopping">,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const tenant = tenantOf(request);
    const { id } = request.params;
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, context.stopping]);
    let sent = { counts: "", at: 0 };
    for (;;) {
      const now = Date.now();
      const view = toBatchView(await findBatch(context, tenant, id), now, context.prices);
      if (!response.headersSent) response.set(EVENT_HEADERS);
      // The pace changes all the time; what it is made of tells of news.
      const counts = jsonLine({
        ...view,
        bullpen: { ...view.bullpen, lines_per_second: null, seconds_left: null, expected_end_at: null },
      });
      if (counts !== sent.counts || now - sent.at >= REPEAT_MS) {
        response.write(`data: ${jsonLine(view)}\n\n`);
        sent = { counts, at: now };
      }
      if (isTerminal(view.status)) break;
      await sleep(POLL_MS, undefined, { signal }).catch(() => {}); // aborted: the client or this process ends
      if (signal.aborted) break;
    }
    response.end();
  };
}
