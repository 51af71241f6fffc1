import {
  type AgentJob,
  type ObjectConstraint,
  type ToolDefinition,
  type Transcript,
  toolNamesOf,
} from "@bullpen/contracts";
import { actionConstraint, answerConstraint } from "./action-constraint.js";
import type { GenerateMove, Toolbox } from "./next-move.js";
import { readTurn } from "./read-turn.js";

type Choosing = Pick<AgentJob, "tools" | "caller_tools" | "tool_choice" | "response_format">;

/**
 * What the next turn may be, by the caller's tool choice. The last turn may only be the answer, or a call of the
 * caller's own tool with which the query ends.
 */
export function turnConstraint(
  job: Choosing,
  toolbox: Toolbox,
  transcript: Transcript,
  { lastTurn, closedTool, isCorrection }: Pick<GenerateMove, "lastTurn" | "closedTool" | "isCorrection">,
): ObjectConstraint {
  const { mode, allowed, named } = job.tool_choice ?? { mode: "auto" };
  const format = job.response_format;
  if (mode === "none" || isCorrection) return answerConstraint(format);
  const isDue = mode === "required" && !hasCalled(job, transcript);
  const mayCall = ({ name }: ToolDefinition) =>
    (lastTurn === undefined ? name !== closedTool : toolbox.returned?.has(name) === true) &&
    (allowed?.includes(name) ?? true) &&
    (!isDue || named === undefined || name === named);
  const callable = toolbox.tools.filter(mayCall);
  // Without any tool at all every name is taken: those that the query may use are gone.
  const isAnswer = callable.length === 0 && (lastTurn !== undefined || toolbox.tools.length > 0);
  return isAnswer ? answerConstraint(format) : actionConstraint(callable, { mayAnswer: !isDue, format });
}

/** Whether the call that the choice requires was made. */
function hasCalled(job: Choosing, { steps }: Transcript): boolean {
  const own = job.caller_tools?.map(({ name }) => name) ?? [];
  const names = toolNamesOf(job);
  const { named } = job.tool_choice ?? {};
  const required = named === undefined ? (own.length > 0 ? own : names) : [named];
  return steps.some(({ turn, observation }) => {
    const reading = observation && readTurn(turn, names);
    return reading?.type === "call" && required.includes(reading.tool);
  });
}
