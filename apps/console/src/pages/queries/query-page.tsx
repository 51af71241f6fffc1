import { visibleText } from "@bullpen/base";
import { isTerminal, type QueryView } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { BASE, Link, withSearch } from "../../routing/router.js";
import { useMay } from "../../shell/session-context.js";
import { Confirm } from "../../ui/confirm.js";
import { Figures } from "../../ui/figures.js";
import { formatCount, formatDuration, formatShare } from "../../ui/format.js";
import { Loaded, Page, Section } from "../../ui/page.js";
import { RawJson } from "../../ui/raw-json.js";
import { Status } from "../../ui/status.js";
import { Id, Text } from "../../ui/text.js";
import { useNow } from "../../ui/time.js";
import { Steps } from "./steps.js";

/** A query that runs is read this often, in milliseconds. */
const POLL_MS = 1_000;

/** One query: what was asked, each tool call, and how it ended. */
export function QueryPage({ id }: { readonly id: string }) {
  const query = useResource(`query ${id}`, (signal) => client.queries.get(id, { signal }), {
    pollMs: (known) => (known === undefined || isTerminal(known.status) ? undefined : POLL_MS),
  });
  return (
    <Page title="Query" actions={query.data && <Actions query={query.data} onChange={query.reload} />}>
      <Loaded resource={query}>{(shown) => <Shown query={shown} />}</Loaded>
    </Page>
  );
}

function Shown({ query }: { readonly query: QueryView }) {
  const { answer, error, steps, metadata } = query;
  return (
    <>
      <div class="subject">
        <Id value={query.id} />
        <Status value={query.status} />
        <span class="muted">{query.model}</span>
        {query.custom_id !== null && <bdi>{visibleText(query.custom_id)}</bdi>}
        {Object.entries(metadata ?? {}).map(([name, value]) => (
          <bdi key={name} class="muted">
            {visibleText(name)}: {visibleText(value)}
          </bdi>
        ))}
      </div>
      <QueryFigures query={query} />
      <Section title="Question">
        <div class="card">
          <Text text={query.query} />
        </div>
      </Section>
      {steps.length > 0 && (
        <Section title="Tool calls">
          <Steps steps={steps} />
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
    </>
  );
}

function QueryFigures({ query: { usage, created_at, finished_at } }: { readonly query: QueryView }) {
  const now = useNow(1_000);
  return (
    <Figures
      items={[
        { label: "Turns", value: formatCount(usage.turns) },
        { label: "Tool calls", value: formatCount(usage.tool_calls) },
        {
          label: "Tokens read",
          value: formatCount(usage.prompt_tokens),
          note: `${formatShare(usage.cached_tokens, usage.prompt_tokens)} cached`,
        },
        { label: "Tokens written", value: formatCount(usage.completion_tokens) },
        {
          label: finished_at === null ? "Runs for" : "Took",
          value: formatDuration((finished_at ?? now) - created_at),
        },
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
