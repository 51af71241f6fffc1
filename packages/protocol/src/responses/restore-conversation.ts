import { runsOf, sayStep } from "@bullpen/agent";
import type { AgentJob, Said, Transcript } from "@bullpen/contracts";
import { isSameCall } from "../chat/restore-steps.js";
import type { ConversationPart } from "./conversation.js";

/** An earlier query, as far as its steps are needed. */
interface EarlierQuery {
  readonly job: Pick<AgentJob, "tenant">;
  readonly transcript: Transcript;
}

/** Queries of which a request reads the steps: the last ones, since prompts hold no more. */
const MAX_RESTORED = 16;

/**
 * What the items of a conversation say, with what transcripts know and items do not have: the results of Bullpen's own
 * tools, the exact text of calls, and steps that are no items. Of a query that is no longer kept an item says what it has.
 *
 * @param tenant whose queries are read.
 */
export async function restoreConversation(
  parts: readonly ConversationPart[],
  tenant: string,
  find: (queryId: string) => Promise<EarlierQuery | undefined>,
): Promise<Said[]> {
  const needed = parts.flatMap(({ kind, from }) => (from && kind !== "message" ? [from.queryId] : []));
  const ids = [...new Set(needed)].slice(-MAX_RESTORED);
  const queries = await Promise.all(ids.map(find));
  const known = new Map(ids.map((id, i) => [id, queries[i]]));
  const nextSteps = new Map<string, number>();
  return parts.flatMap((part): readonly Said[] => {
    const { from, kind, said } = part;
    const query = from && known.get(from.queryId);
    const step = query?.transcript.steps[from?.step ?? 0];
    if (!from || !step || kind === "message" || query?.job.tenant !== tenant) return said;
    const next = nextSteps.get(from.queryId) ?? 0;
    nextSteps.set(from.queryId, from.step + 1);
    if (kind === "hosted") return sayStep(step);
    const [call, ...result] = said;
    if (!call) return said;
    const content = isSameCall(step.turn.text, call.content) ? step.turn.text : call.content;
    // Of a vote the run counts that made the call.
    const start = runsOf(query.transcript).findLast((run) => run.start <= from.step)?.start ?? 0;
    const before = query.transcript.steps.slice(Math.max(start, next), from.step);
    return [...before.flatMap(sayStep), { ...call, content }, ...result];
  });
}

/** The conversation as the items say it. */
export function sayParts(parts: readonly ConversationPart[]): Said[] {
  return parts.flatMap(({ said }) => said);
}

/** The query whose prefix a conversation continues: the first of Bullpen's among its items. */
export function cacheKeyOf(parts: readonly ConversationPart[]): string | undefined {
  return parts.find(({ from }) => from)?.from?.queryId;
}
