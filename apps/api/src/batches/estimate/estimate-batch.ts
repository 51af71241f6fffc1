import { type AgentJob, newId } from "@bullpen/contracts";
import {
  ApiError,
  acceptChat,
  acceptResponseLine,
  type BatchEstimate,
  type BatchLine,
  type EstimateBatch,
  estimateBatchSchema,
  parseRequest,
  RESPONSES_ENDPOINT,
} from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { principalOf } from "../../access/principal.js";
import { refuseOverTokens } from "../../access/refuse-over-tokens.js";
import { takeOpenQueries } from "../../access/take-open-queries.js";
import type { ApiContext } from "../../api-context.js";
import { noteCreated } from "../../audit/audit-requests.js";
import { findFile } from "../../files/find-file.js";
import { repeatableIds } from "../../http/idempotent-ids.js";
import { acceptOptions } from "../../queries/accept-options.js";
import { refuseWhenFull } from "../../queries/refuse-when-full.js";
import { refuseWhileUnserved } from "../../queries/refuse-while-unserved.js";
import { costOf, roundAmount } from "../../usage/prices.js";
import { extrapolate, mapInterval } from "./extrapolate.js";
import { type RunNeeds, runSample, type SampledLine } from "./run-sample.js";
import { sampleLines } from "./sample-lines.js";

type Needs = RunNeeds &
  Pick<
    ApiContext,
    | "agentDefaults"
    | "defaultModel"
    | "files"
    | "idempotency"
    | "memory"
    | "models"
    | "openQueries"
    | "prices"
    | "quotas"
    | "rights"
    | "tools"
    | "usage"
    | "workers"
  >;

/**
 * `POST /v1/batches/estimate`: runs a sample of a file's lines and answers what a batch of all would use, take and
 * cost. A client that disconnects cancels what still runs.
 */
export function estimateBatch(context: Needs): RequestHandler {
  return async (request, response) => {
    const principal = principalOf(request);
    const wanted = parseRequest(estimateBatchSchema, request.body);
    const file = await findFile(context, principal.tenant, wanted.input_file_id, "input_file_id");
    await refuseWhenFull(context);
    await refuseOverTokens(context, principal, response);
    const source = await context.files.read(file);
    const { lines, total } = await sampleLines(source, { size: wanted.sample, seed: wanted.seed });
    const options = {
      ...(await acceptOptions(context, principal)),
      ...(wanted.bullpen?.votes !== undefined && { defaultVotes: wanted.bullpen.votes }),
    };
    const isResponse = wanted.endpoint === RESPONSES_ENDPOINT;
    const accept = (line: BatchLine): AgentJob | undefined => {
      try {
        const job = isResponse ? acceptResponseLine(line.body, options) : acceptChat(line.body, options).job;
        return { ...job, custom_id: line.custom_id };
      } catch (error) {
        // As in a batch: the line fails, and costs nothing.
        if (error instanceof ApiError && error.code !== "model_not_found") return undefined;
        throw error;
      }
    };
    for (const line of lines) checkUrl(line, wanted);
    const jobs = lines.map(accept);
    const accepted = jobs.filter((job) => job !== undefined);
    const model = accepted[0]?.model ?? context.defaultModel;
    await refuseWhileUnserved(context, principal.tenant, model);
    const nextId = (await repeatableIds(context, request, principal.tenant, wanted)) ?? newId;
    const ids = accepted.map(() => nextId("query"));
    await takeOpenQueries(context, principal, { jobs: accepted, ids: () => ids });
    noteCreated(response, ids);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const run = await runSample(
      context,
      { jobs: accepted, ids, seconds: wanted.timeout_seconds },
      gone.signal,
    );
    if (gone.signal.aborted) return;
    const refused = Array.from({ length: jobs.length - accepted.length }, () => REFUSED);
    const workers = (await context.workers.list()).filter((worker) => worker.model === model);
    const slots = Math.max(
      workers.reduce((sum, worker) => sum + worker.slots, 0),
      1,
    );
    const measured = { ended: [...run.ended, ...refused], unfinished: run.unfinished, total, slots, model };
    response.json(toEstimate(context, wanted, measured));
  };
}

/** A line whose body is refused has an end at once. */
const REFUSED: SampledLine = { input_tokens: 0, output_tokens: 0, busyMs: 0, completed: false };

function checkUrl({ url, custom_id }: BatchLine, { endpoint }: EstimateBatch): void {
  if (url === endpoint) return;
  const message = `input_file_id: the url of the line ${JSON.stringify(custom_id)} is not ${endpoint}. A batch of the file would be refused.`;
  throw new ApiError("invalid_request", message, "input_file_id");
}

interface Measured {
  readonly ended: readonly SampledLine[];
  readonly unfinished: number;
  readonly total: number;
  readonly slots: number;
  readonly model: string;
}

/** @throws {ApiError} when no line has ended. */
function toEstimate(
  { prices }: Needs,
  { input_file_id, seed, timeout_seconds }: EstimateBatch,
  { ended, unfinished, total, slots, model }: Measured,
): BatchEstimate {
  if (ended.length === 0) {
    const message = `timeout_seconds: none of the sampled lines has ended within ${timeout_seconds} s. Allow more, or see GET /v1/queues for what precedes them.`;
    throw new ApiError("invalid_request", message, "timeout_seconds");
  }
  const sum = (of: (line: SampledLine) => number) => extrapolate(ended.map(of), total);
  const completed = ended.filter((line) => line.completed).length;
  const seconds = sum(({ busyMs }) => busyMs / 1_000 / Math.min(slots, total));
  return {
    object: "batch.estimate",
    input_file_id,
    model,
    lines: total,
    sample: { lines: ended.length, completed, failed: ended.length - completed, unfinished, seed },
    input_tokens: mapInterval(
      sum((line) => line.input_tokens),
      Math.round,
    ),
    output_tokens: mapInterval(
      sum((line) => line.output_tokens),
      Math.round,
    ),
    total_tokens: mapInterval(
      sum((line) => line.input_tokens + line.output_tokens),
      Math.round,
    ),
    seconds: mapInterval(seconds, (value) => Math.round(value * 10) / 10),
    cost: prices
      ? {
          ...mapInterval(
            sum((line) => costOf(prices, line)?.amount ?? 0),
            roundAmount,
          ),
          currency: prices.currency,
        }
      : null,
    slots,
    confidence: 0.95,
    method: `A seeded random sample of ${ended.length} of ${total} lines was run. Sums are its means times ${total}; the intervals are Student's t at 95 %, narrowed by the share of lines that was sampled. The time is that of the sample's turns divided among ${slots} slots: waiting for tools that take no slot, and other work, come on top.`,
  };
}
