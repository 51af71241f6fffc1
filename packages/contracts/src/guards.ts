import { z } from "zod";

/** Which guards against waste watch a query. A guard that is off never interferes. */
export const guardsSchema = z.object({
  /** A call that was made before is answered from the transcript. */
  repeats: z.boolean().default(true),
  /** Three failing calls of a tool in a row that differ only in trifles end the attempts. */
  failures: z.boolean().default(true),
});
export type Guards = z.output<typeof guardsSchema>;
const GUARDS = guardsSchema.keyof().options;

/** What a request says of guards; those that it leaves out are as the server has them. */
export const guardsRequestSchema = z
  .strictObject({
    repeats: z.boolean().optional().describe("Answer a call that was made before from the transcript."),
    failures: z
      .boolean()
      .optional()
      .describe("End the attempts after three failing calls in a row that differ only in trifles."),
  })
  .describe("Guards against waste; `false` switches one off. Default: as the server has them (`GUARDS`).");

/**
 * What a guard did at a tool call. `repeated`: it was made before, and its recorded result came back. `closed`: so
 * it was, and the next turn could not call the tool. `stopped`: the next turn had to be the answer.
 */
export const guardEventSchema = z.enum(["repeated", "closed", "stopped"]);
export type GuardEvent = z.output<typeof guardEventSchema>;

/** Why a turn was held to the final answer: a limit that it was the last to fit into, or a guard. */
export const lastTurnReasonSchema = z.enum(["max_steps", "max_total_tokens", "timeout_seconds", ...GUARDS]);
export type LastTurnReason = z.output<typeof lastTurnReasonSchema>;

/** What a query does at the last turn that its limits or a guard allow. */
export const onLimitSchema = z.enum(["answer", "fail"]);

/** What queries get that say nothing of it. */
export interface AgentDefaults {
  readonly on_limit: z.output<typeof onLimitSchema>;
  readonly guards: Guards;
}

/** The settings of {@link AgentDefaults}, the same for every process that accepts queries. */
export const agentSettings = {
  ON_LIMIT: onLimitSchema
    .default("answer")
    .describe(
      "What a query without `on_limit` does with the last turn that its limits allow: `answer` holds it to the final answer, `fail` lets the query fail.",
    ),
  GUARDS: z
    .string()
    .default(GUARDS.join(","))
    .transform((list) => (list === "none" ? [] : list.split(",").map((name) => name.trim())))
    .pipe(
      z.array(
        z.enum(GUARDS, `must be \`none\`, or a list of ${GUARDS.join(" and ")}, with commas between them`),
      ),
    )
    .transform((on): Guards => ({ repeats: on.includes("repeats"), failures: on.includes("failures") }))
    .describe("The guards against waste of queries without `guards`: a list with commas, or `none`."),
};
