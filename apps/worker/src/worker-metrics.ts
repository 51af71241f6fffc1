import type { LanguageModel, Outcome } from "@bullpen/contracts";
import { Counter, Gauge, Histogram, type Registry } from "@bullpen/runtime";

export interface WorkerMetrics {
  /** The same model, with its turns counted and timed. */
  measure(model: LanguageModel): LanguageModel;
  countEnd(outcome: Outcome): void;
}

export function createWorkerMetrics(registry: Registry, model: LanguageModel): WorkerMetrics {
  const registers = [registry];
  const tokens = new Counter({
    name: "bullpen_tokens_total",
    help: "Tokens by kind: prompt (computed), cached (prompt tokens not computed again), completion.",
    labelNames: ["kind"],
    registers,
  });
  const turns = new Histogram({
    name: "bullpen_turn_seconds",
    help: "Time of one turn of the model.",
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    registers,
  });
  const busy = new Gauge({ name: "bullpen_slots_busy", help: "Slots that generate.", registers });
  new Gauge({ name: "bullpen_slots", help: "Slots of the model.", registers }).set(model.slots);
  const ends = new Counter({
    name: "bullpen_queries_ended_total",
    help: "Queries that this worker brought to an end, by status.",
    labelNames: ["status"],
    registers,
  });
  return {
    measure: (model) => ({
      name: model.name,
      slots: model.slots,
      contextTokens: model.contextTokens,
      close: () => model.close(),
      complete: async (request, signal) => {
        const stop = turns.startTimer();
        busy.inc();
        try {
          const completion = await model.complete(request, signal);
          const { prompt_tokens, cached_tokens, completion_tokens } = completion.usage;
          tokens.inc({ kind: "prompt" }, prompt_tokens - cached_tokens);
          tokens.inc({ kind: "cached" }, cached_tokens);
          tokens.inc({ kind: "completion" }, completion_tokens);
          return completion;
        } finally {
          busy.dec();
          stop();
        }
      },
    }),
    countEnd: (outcome) => ends.inc({ status: outcome.status }),
  };
}
