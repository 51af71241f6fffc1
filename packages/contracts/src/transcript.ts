import { z } from "zod";
import { guardEventSchema, lastTurnReasonSchema } from "./guards.js";
import { tokenLogprobSchema } from "./logprobs.js";
import { outcomeSchema, runOutcomeSchema } from "./query.js";

/** One turn of the model, as it was generated. The action is derived from `text`, never stored apart. */
export const turnSchema = z.object({
  /** What the model wrote after the primer. */
  text: z.string(),
  finish_reason: z.enum(["stop", "length", "context"]),
  usage: z.object({ prompt_tokens: z.int(), cached_tokens: z.int(), completion_tokens: z.int() }),
  duration_ms: z.number(),
  /** When it began, in Unix milliseconds. Turns of earlier versions of Bullpen do not say; nor whatever follows. */
  started_at: z.number().optional(),
  /** Where its time went. Default: the engine does not tell. */
  timings: z.object({ waiting_ms: z.number(), prompt_ms: z.number(), generation_ms: z.number() }).optional(),
  /** The worker that ran it: `host:pid`. */
  worker: z.string().optional(),
  /** How often workers had taken the query by then, this time included. */
  activation: z.int().optional(),
  /** The probabilities of its tokens. Default: the query did not ask for them. */
  logprobs: z.array(tokenLogprobSchema).optional(),
  /** Why the turn was held to the final answer. Default: it was not. */
  forced_by: lastTurnReasonSchema.optional(),
  /** Set where the turn begins another run of a vote: how the run before it ended. */
  previous_run: runOutcomeSchema.optional(),
});
export type Turn = z.infer<typeof turnSchema>;

/** What a tool answered to a turn's action. */
export const observationSchema = z.object({
  observation: z.string(),
  is_error: z.boolean(),
  duration_ms: z.number(),
  /** When the call began to run, in Unix milliseconds. Calls of earlier versions do not say; nor whatever follows. */
  started_at: z.number().optional(),
  /** The tool-worker that ran it: `host:pid`. */
  worker: z.string().optional(),
  /** How often tool-workers have taken the call. */
  attempts: z.int().optional(),
  /** Set where a guard answered in place of the tool, which was not run. */
  guard: guardEventSchema.optional(),
});
export type Observation = z.infer<typeof observationSchema>;

export const endSchema = z.object({ outcome: outcomeSchema, finished_at: z.number() });
export type End = z.infer<typeof endSchema>;

/** One step of a query: a turn and, when the turn called a tool, what the tool answered. */
export interface Step {
  readonly turn: Turn;
  readonly observation: Observation | undefined;
}

/** All that has happened to a query so far. What is pending is derived from it. */
export interface Transcript {
  readonly steps: readonly Step[];
  readonly end: End | undefined;
}
