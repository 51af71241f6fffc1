import { type AgentJob, type ReturnedCall, type Transcript, toolNamesOf } from "@bullpen/contracts";
import { argumentsOf } from "./arguments-of.js";
import { readTurn } from "./read-turn.js";

/** The call of the caller's own tool for whose result a query waits, if its last turn made one. */
export function awaitedCall(
  job: Pick<AgentJob, "tools" | "caller_tools">,
  { steps }: Transcript,
): ReturnedCall | undefined {
  const last = steps.at(-1);
  if (!last || last.observation) return undefined;
  const reading = readTurn(last.turn, toolNamesOf(job));
  if (reading.type !== "call" || !job.caller_tools?.some(({ name }) => name === reading.tool))
    return undefined;
  const args = argumentsOf(last.turn.text, reading.input);
  return args === undefined ? undefined : { step: steps.length - 1, name: reading.tool, arguments: args };
}
