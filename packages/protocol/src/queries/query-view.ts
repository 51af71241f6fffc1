import { summarizeVotes } from "@bullpen/agent";
import {
  type AgentJob,
  failureCodeSchema,
  finishReasonSchema,
  guardEventSchema,
  type LastTurnReason,
  lastTurnReasonSchema,
  type Outcome,
  queryStatusSchema,
  type Transcript,
  toolInputSchema,
  toolNamesOf,
} from "@bullpen/contracts";
import { z } from "zod";
import { listSchema, pageSchema } from "../list.js";
import { functionCallSchema, requiredActionSchema } from "../tool-calls/tool-call-view.js";

const usageSchema = z.object({
  prompt_tokens: z.int(),
  cached_tokens: z.int().describe("The part of `prompt_tokens` that was not computed again."),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  turns: z.int().describe("How often the model wrote."),
  tool_calls: z.int(),
});

/** One tool call of a query. */
export const stepViewSchema = z.object({
  tool_name: z.string(),
  input: toolInputSchema,
  observation: z.string().nullable().describe("What the tool answered; null until it has."),
  is_error: z.boolean().nullable(),
  guard: guardEventSchema
    .nullable()
    .default(null)
    .describe(
      "What a guard did: `repeated`: the call was made before, and its recorded result came back; `closed`: so it was, and the next turn could not call the tool; `stopped`: the next turn had to be the answer. Null: nothing.",
    ),
});

/** Whether an answer was held to, and why: of queries and of chat completions. */
export const forcedShape = {
  forced: z
    .boolean()
    .default(false)
    .describe(
      "Whether the turn of the answer was the last that a limit or a guard allowed, and could only answer.",
    ),
  forced_by: lastTurnReasonSchema
    .nullable()
    .default(null)
    .describe("The limit or guard; null where none was."),
};

/** One run of a vote. */
const runViewSchema = z.object({
  answer: z.string().nullable(),
  finish_reason: finishReasonSchema.nullable(),
  ...forcedShape,
  error: z.object({ code: failureCodeSchema, message: z.string() }).nullable(),
  agrees: z
    .boolean()
    .nullable()
    .describe("Whether it gave the answer of the query; null before the vote has come out."),
  steps: z.array(stepViewSchema).describe("Its tool calls, in order."),
  usage: usageSchema.describe("Tokens of its turns."),
});

/** How a vote is, of queries and of chat completions. */
export const votesShape = {
  votes: z
    .object({
      requested: z.int().describe("Runs that may be made."),
      answers: z.int().describe("Runs that gave an answer. One that failed has no vote."),
      agreed: z
        .int()
        .nullable()
        .describe("Runs that gave the answer of the query; null before the vote has come out."),
      share: z.number().nullable().describe("agreed / answers; null where there is no answer yet."),
      runs: z.array(runViewSchema).describe("The runs that were begun, in order."),
    })
    .nullable()
    .default(null)
    .describe("Null for a query without a vote."),
};
export type VotesView = NonNullable<z.output<typeof votesShape.votes>>;

/** {@link votesShape} of a query. */
export function votesOf(
  transcript: Transcript,
  job: Pick<AgentJob, "tools" | "caller_tools" | "votes">,
): { votes: VotesView | null } {
  const votes = summarizeVotes(transcript, toolNamesOf(job), job.votes);
  if (!votes) return { votes: null };
  const runs = votes.runs.map(({ outcome, ...run }) => ({
    answer: outcome?.status === "completed" ? outcome.answer : null,
    finish_reason: outcome?.status === "completed" ? (outcome.finish_reason ?? "stop") : null,
    ...forcedOf(outcome ?? undefined),
    error: outcome?.status === "failed" ? outcome.error : null,
    ...run,
  }));
  return { votes: { ...votes, runs } };
}

/** {@link forcedShape} of an outcome; `undefined` while there is none. */
export function forcedOf(outcome: Outcome | undefined): {
  forced: boolean;
  forced_by: LastTurnReason | null;
} {
  const forcedBy = outcome?.status === "completed" ? outcome.forced_by : undefined;
  return { forced: forcedBy !== undefined, forced_by: forcedBy ?? null };
}

/** A query as the API shows it. Times are Unix milliseconds, `null` where not reached. */
export const queryViewSchema = z.object({
  id: z.string(),
  object: z.literal("query"),
  status: queryStatusSchema,
  model: z.string(),
  query: z.string(),
  custom_id: z.string().nullable(),
  answer: z.string().nullable(),
  finish_reason: finishReasonSchema
    .nullable()
    .default(null)
    .describe(
      "`length`: a limit of tokens or the context cut the answer off, or its turn was the last that was allowed (`forced`). Null while there is no answer.",
    ),
  ...forcedShape,
  required_action: requiredActionSchema
    .nullable()
    .default(null)
    .describe("What a query in `requires_action` waits for: results of your own tools. Null: nothing."),
  tool_calls: z
    .array(functionCallSchema)
    .nullable()
    .default(null)
    .describe("Calls of your own tools with which the query ended (`finish_reason` is `tool_calls`)."),
  error: z.object({ code: failureCodeSchema, message: z.string() }).nullable(),
  steps: z
    .array(stepViewSchema)
    .describe("The tool calls, in order; of a vote those of the run that gave the answer."),
  ...votesShape,
  usage: usageSchema.describe("Tokens of all turns, of all runs."),
  created_at: z.number().describe("Unix milliseconds."),
  finished_at: z.number().nullable().describe("Unix milliseconds."),
  metadata: z.record(z.string(), z.string()).nullable(),
});
export type QueryView = z.infer<typeof queryViewSchema>;

export const queryPageSchema = pageSchema(queryViewSchema);

/** A query that was accepted and waits to be run. */
export const acceptedQuerySchema = z.object({
  id: z.string(),
  object: z.literal("query"),
  status: z.literal("queued"),
  custom_id: z.string().nullable(),
  warning: z.string().optional().describe("Set when no worker serves the model at the moment."),
});
export type AcceptedQuery = z.infer<typeof acceptedQuerySchema>;

/** Accepted queries, in the order of the request. */
export const acceptedQueriesSchema = listSchema(acceptedQuerySchema);

/** How many queries of a model are in each state. */
export const queueViewSchema = z.object({
  object: z.literal("queue"),
  model: z.string(),
  queued: z.int(),
  running: z.int(),
  waiting_for_tool: z.int(),
  completed: z.int(),
  not_completed: z.int().describe("Failed, cancelled and expired queries."),
});
export type QueueView = z.infer<typeof queueViewSchema>;

export const queueListSchema = listSchema(queueViewSchema);
