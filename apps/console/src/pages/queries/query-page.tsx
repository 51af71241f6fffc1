import { visibleText } from "@bullpen/base";
import { isTerminal, type QueryView, RequestRefusedError, type TranscriptView } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { BASE, Link, withSearch } from "../../routing/router.js";
import { useMay } from "../../shell/session-context.js";
import { Confirm } from "../../ui/confirm.js";
import { Figures } from "../../ui/figures.js";
import { formatCount, formatDuration, formatShare } from "../../ui/format.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { RawJson } from "../../ui/raw-json.js";
import { Status } from "../../ui/status.js";
import { Id, Line, Text } from "../../ui/text.js";
import { useNow } from "../../ui/time.js";
import { Timeline } from "./timeline.js";

/** A query that runs is read this often, in milliseconds. */
const POLL_MS = 1_000;

/** One query: what was asked, each turn and tool call, and how it ended. */
export function QueryPage({ id }: { readonly id: string }) {
  const query = useResource(
    `query ${id}`,
    async (signal) => {
      const [view, transcript] = await Promise.all([
        client.queries.get(id, { signal }),
        client.queries.transcript(id, { signal }),
      ]);
      return { view, transcript };
    },
    {
      pollMs: (known) => (known === undefined || isTerminal(known.view.status) ? undefined : POLL_MS),
    },
  );
  const view = query.data?.view;
  return (
    <Page title="Query" actions={view && <Actions query={view} onChange={query.reload} />}>
      {view === undefined && isGone(query.error) ? (
        <Gone />
      ) : (
        <Loaded resource={query}>
          {(shown) => <Shown query={shown.view} transcript={shown.transcript} />}
        </Loaded>
      )}
    </Page>
  );
}

function isGone(error: Error | undefined): boolean {
  return error instanceof RequestRefusedError && error.status === 404;
}

function Gone() {
  return (
    <Empty title="There is no such query, or not any more.">
      A query is kept for some time after its end, one of a batch until its result is stored: the page of the
      batch has it under the line. <Link to="/batches">Batches</Link>
    </Empty>
  );
}

interface ShownProps {
  readonly query: QueryView;
  readonly transcript: TranscriptView;
}

function Shown({ query, transcript }: ShownProps) {
  const { answer, error } = query;
  const now = useNow(1_000);
  return (
    <>
      <Subject query={query} />
      <QueryFigures query={query} transcript={transcript} />
      <Section title="Question">
        <div class="card">
          <Text text={query.query} />
        </div>
      </Section>
      {transcript.turns.length > 0 && (
        <Section title="Timeline">
          <Timeline transcript={transcript} until={query.finished_at ?? now} />
        </Section>
      )}
      {answer !== null && (
        <Section title="Answer" note={query.forced && "The last turn that a limit or guard allowed"}>
          <div class="card">
            <Text text={answer} />
          </div>
        </Section>
      )}
      {error && (
        <Section title="Why it failed">
          <div class="card">
            <code>{error.code}</code>
            <Text text={error.message} />
          </div>
        </Section>
      )}
      <RawJson value={query} />
      <RawJson title="Transcript as JSON" value={transcript} />
    </>
  );
}

function Subject({ query: { id, status, model, custom_id, metadata } }: { readonly query: QueryView }) {
  return (
    <div class="subject">
      <Id value={id} />
      <Status value={status} />
      <span class="muted">{model}</span>
      {custom_id !== null && <Line text={custom_id} />}
      {Object.entries(metadata ?? {}).map(([name, value]) => (
        <bdi key={name} class="muted">
          {visibleText(name)}: {visibleText(value)}
        </bdi>
      ))}
    </div>
  );
}

function QueryFigures({ query, transcript: { times, retries } }: ShownProps) {
  const { usage, created_at, finished_at, votes } = query;
  const now = useNow(1_000);
  const timeOf = (ms: number | null) => (ms === null ? "–" : formatDuration(ms));
  return (
    <Figures
      items={[
        {
          label: finished_at === null ? "Runs for" : "Took",
          value: formatDuration((finished_at ?? now) - created_at),
        },
        { label: "Waited", value: timeOf(times.waiting_ms) },
        { label: "Prompts", value: timeOf(times.prompt_ms) },
        { label: "Generation", value: timeOf(times.generation_ms) },
        { label: "Tools", value: timeOf(times.tool_ms) },
        {
          label: "Turns",
          value: formatCount(usage.turns),
          note: `${formatCount(usage.tool_calls)} tool ${usage.tool_calls === 1 ? "call" : "calls"}`,
        },
        {
          label: "Tokens read",
          value: formatCount(usage.prompt_tokens),
          note: `${formatShare(usage.cached_tokens, usage.prompt_tokens)} cached`,
        },
        { label: "Tokens written", value: formatCount(usage.completion_tokens) },
        { label: "Retries", value: formatCount(retries) },
        ...(votes
          ? [{ label: "Runs that agree", value: votes.agreed ?? "–", note: `of ${votes.answers}` }]
          : []),
      ]}
    />
  );
}

function Actions({ query, onChange }: { readonly query: QueryView; readonly onChange: () => void }) {
  const maySubmit = useMay("submit");
  const isAdmin = useMay("admin");
  const cancel = async () => {
    await client.queries.cancel(query.id);
    onChange();
  };
  return (
    <>
      {isAdmin && (
        <a class="button" href={`${BASE}/queues/queue/agent.${encodeURIComponent(query.model)}/${query.id}`}>
          Job in its queue
        </a>
      )}
      {maySubmit && (
        <Link to={withSearch("/submit", { from: query.id })} class="button">
          Run again with…
        </Link>
      )}
      {maySubmit && !isTerminal(query.status) && (
        <Confirm name="Cancel query" text="Its steps so far are kept." act={cancel} />
      )}
    </>
  );
}
