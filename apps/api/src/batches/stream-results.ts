import { setTimeout as sleep } from "node:timers/promises";
import { resultsParquet } from "@bullpen/batch-data";
import { isTerminal } from "@bullpen/contracts";
import { batchResultsParameters, parseRequest } from "@bullpen/protocol";
import {
  type BatchState,
  readFileResults,
  readPartResults,
  readRetriedResults,
  statusOf,
} from "@bullpen/storage";
import type { RequestHandler, Response } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findFile } from "../files/find-file.js";
import { findBatch } from "./find-batch.js";

type Needs = Pick<ApiContext, "batches" | "files" | "stopping">;

/** How often new parts of a running batch are read: quick for a reader, cheap for storage. */
const POLL_MS = 500;

const PARQUET = "application/vnd.apache.parquet";

/**
 * `GET /v1/batches/{id}/results?after=N`: the result lines in input order, failed ones included, as they
 * are finished. Ends with the batch, or after `limit` lines; `follow=false` returns the lines available now and stops. A client that was
 * disconnected continues with `after`, the number of lines that it has.
 */
export function streamResults(context: Needs): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { format, ...wanted } = parseRequest(batchResultsParameters, request.query);
    const batch = { tenant: tenantOf(request), id: request.params.id };
    const state = await findBatch(context, batch.tenant, batch.id);
    await checkFiles(context, state);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, context.stopping]);
    const type = format === "parquet" ? PARQUET : "application/jsonl; charset=utf-8";
    response.set({ "content-type": type, "cache-control": "no-store" });
    response.flushHeaders();
    const lines = followLines(context, state, { ...wanted, signal });
    for await (const part of format === "parquet" ? resultsParquet(lines) : lines) {
      if (!(await write(response, part, signal))) return;
    }
    // A Parquet file without its end is none: the client is told that it is cut off.
    if (format === "parquet" && signal.aborted) response.destroy();
    else response.end();
  };
}

interface Following {
  readonly after: number;
  readonly follow?: string | undefined;
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
}

/** The lines of a batch from `after` on, as they are finished. */
async function* followLines(
  context: Needs,
  first: BatchState,
  { after, follow, limit = Infinity, signal }: Following,
): AsyncGenerator<Uint8Array> {
  let state = first;
  let sent = after;
  const isEnough = () => sent - after >= limit;
  while (!signal.aborted) {
    for await (const line of resultsOf(context, state, sent)) {
      yield line;
      sent++;
      if (isEnough()) break;
    }
    if (isTerminal(statusOf(state)) || follow === "false" || isEnough()) return;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {}); // aborted: the client or this process ends
    if (!signal.aborted) state = await findBatch(context, state.manifest.tenant, state.manifest.id);
  }
}

/** Before the status is sent: the files of a batch may have been deleted. @throws {ApiError} `file_not_found` */
export async function checkFiles(
  context: Pick<ApiContext, "files">,
  { manifest, end }: BatchState,
): Promise<void> {
  for (const id of [end?.output_file_id, end?.error_file_id]) {
    if (id) await findFile(context, manifest.tenant, id);
  }
}

/** The results of a batch that are stored, in the order of its input. @param after lines to leave out. */
export function resultsOf(
  context: Pick<ApiContext, "batches" | "files">,
  state: BatchState,
  after: number,
): AsyncIterable<Uint8Array> {
  if (state.retry) return readRetriedResults(context, state, after);
  return state.end ? readFileResults(context, state, after) : readPartResults(context.batches, state, after);
}

/** Writes as fast as the client reads; `false` when it has disconnected. */
async function write(response: Response, line: Uint8Array, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  if (response.write(line)) return true;
  return new Promise((resolve) => {
    const done = (isThere: boolean) => () => {
      response.off("drain", drained);
      signal.removeEventListener("abort", left);
      resolve(isThere);
    };
    const drained = done(true);
    const left = done(false);
    response.once("drain", drained);
    signal.addEventListener("abort", left, { once: true });
  });
}
