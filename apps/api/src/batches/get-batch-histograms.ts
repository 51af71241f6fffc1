import { type BatchHistograms, MAX_MEASURED_BYTES, MAX_MEASURED_RESULTS } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findBatch } from "./find-batch.js";
import { LineTimes } from "./line-times.js";
import { checkFiles, resultsOf } from "./stream-results.js";

/** `GET /v1/batches/{id}/histograms`: how many turns, tool calls and time its lines took so far. */
export function getBatchHistograms(
  context: Pick<ApiContext, "batches" | "files">,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const state = await findBatch(context, tenantOf(request), request.params.id);
    await checkFiles(context, state);
    const times = new LineTimes();
    let bytes = 0;
    for await (const result of resultsOf(context, state, 0)) {
      bytes += result.byteLength;
      if (times.counted === MAX_MEASURED_RESULTS || bytes > MAX_MEASURED_BYTES) break;
      times.add(result);
    }
    response.json({
      object: "batch.histograms",
      batch_id: state.manifest.id,
      ...times.view(),
    } satisfies BatchHistograms);
  };
}
