import { setTimeout as sleep } from "node:timers/promises";
import type { LanguageModel, Outcome, Transcript } from "@bullpen/contracts";
import { ScriptedModel } from "@bullpen/llm/testing";
import { type LeasedQuery, ToolRegistry } from "@bullpen/queue";
import { createMetrics } from "@bullpen/runtime";
import { createQueryHandler } from "@bullpen/worker/handle-query";
import { createWorkerMetrics } from "@bullpen/worker/worker-metrics";
import { markOf, nextTurn, stepOfRequest, withMark } from "../query-plan.js";
import { breakModel, breakQuery, lingerBeforeLettingGo } from "./broken-builds.js";
import { type Entry, somewhere } from "./run-entry.js";

/** The worker's own query handler, with all that passes through its ports written down. */
export function recordRuns(
  entry: Entry,
): (query: LeasedQuery, signal: AbortSignal) => Promise<Outcome | "suspended"> {
  const { settings, history } = entry;
  const model = new ScriptedModel({
    name: settings.model,
    slots: settings.slots,
    script: async (request, _callIndex, signal) => {
      await sleep(somewhere(settings.modelMs), undefined, { signal });
      return nextTurn(request);
    },
  });
  const metrics = createWorkerMetrics(createMetrics("worker"), model);
  const tools = new ToolRegistry(entry);
  let runs = 0;
  return async (query, signal) => {
    const run = `${process.pid}/${++runs}`;
    history.write({ type: "run-start", query: query.id, run, activation: query.activation });
    const handle = createQueryHandler({ model: recordModel(entry, model, run), metrics, tools });
    let result = "error";
    try {
      const outcome = await handle(recordQuery(entry, query, run), signal);
      await lingerBeforeLettingGo(settings.build, outcome);
      result = outcome === "suspended" ? outcome : outcome.status;
      return outcome;
    } finally {
      history.write({ type: "run-end", query: query.id, run, result });
    }
  };
}

let modelCalls = 0;

function recordModel(
  { settings, history, faultPoint }: Entry,
  model: LanguageModel,
  run: string,
): LanguageModel {
  return {
    name: model.name,
    slots: model.slots,
    contextTokens: model.contextTokens,
    close: () => model.close(),
    complete: async (request, signal) => {
      const mark = `${process.pid}.${++modelCalls}`;
      const about = { query: request.cacheKey ?? "", run, step: stepOfRequest(request), mark };
      faultPoint.cross("model:before");
      history.write({ type: "model-start", ...about });
      const completion = await model.complete(breakModel(settings.build, request), signal);
      history.write({ type: "model-end", ...about });
      faultPoint.cross("model:after");
      return { ...completion, text: withMark(completion.text, mark) };
    },
  };
}

/** What the agent sees of the log is what counts: a broken build lies beneath this layer. */
function recordQuery(entry: Entry, held: LeasedQuery, run: string): LeasedQuery {
  const { history } = entry;
  const query = breakQuery(entry, held);
  const about = { query: query.id, run };
  return {
    ...query,
    log: {
      read: async () => {
        const transcript = await query.log.read();
        const marks = transcript.steps.map((step) => markOf(step.turn.text));
        history.write({ type: "read", ...about, marks });
        return transcript;
      },
      recordTurn: async (step, turn, outcome) => {
        const mark = markOf(turn.text);
        history.write({ type: "record-start", ...about, step, mark });
        await query.log.recordTurn(step, turn, outcome);
        if (!isVoid(await query.log.read(), step, mark)) {
          history.write({ type: "record-ack", ...about, step, mark });
        }
      },
      recordObservation: (step, observation) => query.log.recordObservation(step, observation),
    },
  };
}

/** Whether a run was told that its turn does not count: another's is recorded, or the steps before it are lost. */
function isVoid({ steps }: Transcript, step: number, mark: string): boolean {
  const recorded = steps[step];
  return steps.length < step || (recorded !== undefined && markOf(recorded.turn.text) !== mark);
}
