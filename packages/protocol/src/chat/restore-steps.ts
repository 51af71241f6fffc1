import { parseAction, runsOf, sayStep } from "@bullpen/agent";
import { type AgentJob, readCallId, type Said, stringifyExactly, type Transcript } from "@bullpen/contracts";

/** An earlier query, as far as its steps are needed. */
interface EarlierQuery {
  readonly job: Pick<AgentJob, "tenant">;
  readonly transcript: Transcript;
}

/** Queries of which a request reads the steps: the last ones, since prompts hold no more. */
const MAX_RESTORED = 16;

/**
 * The job with what the caller does not see: the steps that earlier requests took, with Bullpen's own tools, before
 * their calls of the caller's tools. Then the prompt begins as theirs did, token for token, and what those tools said
 * is not forgotten. Of a query that is no longer kept the call stays as the caller sent it.
 */
export async function restoreSteps(
  job: AgentJob,
  find: (queryId: string) => Promise<EarlierQuery | undefined>,
): Promise<AgentJob> {
  const { history = [], calls = [] } = job;
  const ids = [...history, ...calls].flatMap(({ call_id }) => readCallId(call_id ?? "")?.queryId ?? []);
  const wanted = [...new Set(ids)].slice(-MAX_RESTORED);
  if (wanted.length === 0) return job;
  const found = await Promise.all(wanted.map(find));
  const earlier = new Map(wanted.map((id, i) => [id, found[i]]));
  const restore = (said: Said): Said[] => {
    const call = readCallId(said.call_id ?? "");
    const query = call && earlier.get(call.queryId);
    const step = query?.transcript.steps[call?.step ?? 0];
    if (!call || !step || query?.job.tenant !== job.tenant) return [said];
    const content = isSameCall(step.turn.text, said.content) ? step.turn.text : said.content;
    // Of a vote the run counts that made the call.
    const start = runsOf(query.transcript).findLast((run) => run.start <= call.step)?.start ?? 0;
    return [...query.transcript.steps.slice(start, call.step).flatMap(sayStep), { ...said, content }];
  };
  return {
    ...job,
    ...(history.length > 0 && { history: history.flatMap(restore) }),
    ...(calls.length > 0 && { calls: calls.flatMap(restore) }),
  };
}

/** Clients may write the arguments with other white space. A call that the caller has changed stays changed. */
export function isSameCall(written: string, sent: string): boolean {
  return stringifyExactly(parseAction(written)) === stringifyExactly(parseAction(sent));
}
