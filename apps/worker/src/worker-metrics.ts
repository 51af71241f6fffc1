import {
  failureCodeSchema,
  type GuardEvent,
  guardEventSchema,
  type LanguageModel,
  type LastTurnReason,
  lastTurnReasonSchema,
  NO_WORK,
  type Outcome,
  type WorkCounts,
} from "@bullpen/contracts";
import { Counter, Gauge, Histogram, type Registry } from "@bullpen/runtime";
import { TokenRate } from "./token-rate.js";

export interface WorkerMetrics {
  /** The same model, with its turns counted and timed. */
  measure(model: LanguageModel): LanguageModel;
  countEnd(outcome: Outcome): void;
  countGuard(event: GuardEvent): void;
  countLastTurn(reason: LastTurnReason): void;
  /** What the worker is at, for its heartbeat. */
  activity(): { readonly busySlots: number; readonly tokensPerSecond: number; readonly counts: WorkCounts };
}

export function createWorkerMetrics(registry: Registry, model: LanguageModel): WorkerMetrics {
  const meters = createMeters(registry);
  showZeros(meters, model.name);
  const activity = { turns: 0 };
  const counts = structuredClone(NO_WORK);
  const rate = new TokenRate();
  meters.slots.set(model.slots);
  // Queries that the worker takes in advance wait for a slot.
  const busySlots = () => Math.min(activity.turns, model.slots);
  return {
    measure: (model) => ({
      name: model.name,
      slots: model.slots,
      contextTokens: model.contextTokens,
      close: () => model.close(),
      complete: async (request, signal) => {
        const stop = meters.turns.startTimer();
        activity.turns++;
        meters.busy.set(busySlots());
        try {
          const completion = await model.complete(request, signal);
          const { prompt_tokens, cached_tokens, completion_tokens } = completion.usage;
          meters.tokens.inc({ kind: "prompt" }, prompt_tokens - cached_tokens);
          meters.tokens.inc({ kind: "cached" }, cached_tokens);
          meters.tokens.inc({ kind: "completion" }, completion_tokens);
          counts.prompt_tokens += prompt_tokens;
          counts.cached_tokens += cached_tokens;
          counts.completion_tokens += completion_tokens;
          return completion;
        } finally {
          activity.turns--;
          meters.busy.set(busySlots());
          stop();
        }
      },
    }),
    countGuard: (event) => {
      meters.guards.inc({ event });
      counts.guard_events[event] = (counts.guard_events[event] ?? 0) + 1;
    },
    countLastTurn: (reason) => meters.lastTurns.inc({ reason }),
    countEnd: (outcome) => {
      const code = outcome.status === "failed" ? outcome.error.code : "";
      meters.ends.inc({ model: model.name, status: outcome.status, code });
      countOutcome(counts, outcome);
    },
    activity: () => {
      const tokensPerSecond = rate.perSecond(counts.completion_tokens);
      meters.speed.set(tokensPerSecond);
      return { busySlots: busySlots(), tokensPerSecond, counts };
    },
  };
}

function countOutcome(counts: WorkCounts, outcome: Outcome): void {
  if (outcome.status !== "failed") counts[outcome.status]++;
  else counts.failed[outcome.error.code] = (counts.failed[outcome.error.code] ?? 0) + 1;
}

/** A counter that is there from the start shows its first event as a rise; one that appears with it does not. */
function showZeros(
  { guards, lastTurns, ends, tokens }: ReturnType<typeof createMeters>,
  model: string,
): void {
  for (const event of guardEventSchema.options) guards.inc({ event }, 0);
  for (const reason of lastTurnReasonSchema.options) lastTurns.inc({ reason }, 0);
  for (const kind of ["prompt", "cached", "completion"]) tokens.inc({ kind }, 0);
  for (const status of ["completed", "cancelled", "expired"]) ends.inc({ model, status, code: "" }, 0);
  for (const code of failureCodeSchema.options) ends.inc({ model, status: "failed", code }, 0);
}

function createMeters(registry: Registry) {
  const registers = [registry];
  return {
    tokens: new Counter({
      name: "bullpen_tokens_total",
      help: "Tokens by kind: prompt (computed), cached (prompt tokens not computed again), completion.",
      labelNames: ["kind"],
      registers,
    }),
    turns: new Histogram({
      name: "bullpen_turn_seconds",
      help: "Time of one turn of the model.",
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers,
    }),
    busy: new Gauge({ name: "bullpen_slots_busy", help: "Slots that generate.", registers }),
    slots: new Gauge({ name: "bullpen_slots", help: "Slots of the model.", registers }),
    speed: new Gauge({
      name: "bullpen_generated_tokens_per_second",
      help: "Tokens generated a second, over the last half minute.",
      registers,
    }),
    guards: new Counter({
      name: "bullpen_guard_events_total",
      help: "Tool calls that a guard answered, by event: repeated, closed (the tool for a turn), stopped (all calls).",
      labelNames: ["event"],
      registers,
    }),
    lastTurns: new Counter({
      name: "bullpen_last_turns_total",
      help: "Turns that could only be the final answer, by the limit or guard that made them the last.",
      labelNames: ["reason"],
      registers,
    }),
    ends: new Counter({
      name: "bullpen_queries_ended_total",
      help: "Queries that this worker brought to an end, by model, status and, of the failed, error code.",
      labelNames: ["model", "status", "code"],
      registers,
    }),
  };
}
