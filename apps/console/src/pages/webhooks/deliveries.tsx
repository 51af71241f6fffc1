import type { WebhookDeliveryView } from "@bullpen/client";
import type { ComponentChildren } from "preact";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Link } from "../../routing/router.js";
import { formatDuration } from "../../ui/format.js";
import { Loaded } from "../../ui/page.js";
import { Status } from "../../ui/status.js";
import { type Column, Table } from "../../ui/table.js";
import { Line } from "../../ui/text.js";
import { AgoSeconds } from "../../ui/time.js";

const SHOWN = 20;
const POLL_MS = 5_000;

const COLUMNS: readonly Column<WebhookDeliveryView>[] = [
  { name: "Event", cell: ({ event_type }) => event_type },
  {
    name: "About",
    kind: "wide",
    cell: ({ subject_id: id }) => <Subject id={id} />,
    optional: true,
  },
  { name: "Status", cell: ({ status }) => <Status value={status} /> },
  { name: "Last answer", cell: ({ attempts }) => <Attempt attempt={attempts.at(-1)} /> },
  { name: "Attempts", cell: ({ attempts }) => <Attempts attempts={attempts} /> },
  { name: "Next", cell: ({ next_attempt_at: at }) => <NextAttempt at={at} />, optional: true },
  { name: "Made", cell: ({ created_at }) => <AgoSeconds at={created_at} />, optional: true },
];

/** The latest lines of an endpoint's delivery log. */
export function Deliveries({ id }: { readonly id: string }) {
  const log = useResource(
    `deliveries ${id}`,
    (signal) => client.webhookEndpoints.deliveries(id, { limit: SHOWN, signal }),
    { pollMs: () => POLL_MS },
  );
  return (
    <Loaded resource={log}>
      {({ data }) =>
        data.length > 0 ? (
          <Table label="Deliveries" columns={COLUMNS} rows={data} keyOf={(delivery) => delivery.id} />
        ) : (
          <p class="muted">Nothing was sent yet: an event comes at the end of a batch.</p>
        )
      }
    </Loaded>
  );
}

/** What an event is about, with a link to its page. */
function Subject({ id }: { readonly id: string }): ComponentChildren {
  const page = [
    ["batch_", "/batches"],
    ["query_", "/queries"],
  ].find(([start = ""]) => id.startsWith(start))?.[1];
  return page === undefined ? id : <Link to={`${page}/${id}`}>{id}</Link>;
}

/** How often it was tried, and on demand when and what came of it. */
function Attempts({ attempts }: Pick<WebhookDeliveryView, "attempts">) {
  if (attempts.length === 0) return <>0</>;
  return (
    <details class="quiet">
      <summary>{attempts.length}</summary>
      <ol class="plain">
        {attempts.map(({ at, status_code: status, error, duration_ms: ms }) => (
          <li key={at}>
            {new Date(at * 1_000).toLocaleTimeString()}: {status ?? <Line text={error ?? "no answer yet"} />}
            {ms !== null && ` in ${formatDuration(ms)}`}
          </li>
        ))}
      </ol>
    </details>
  );
}

function Attempt({ attempt }: { readonly attempt: WebhookDeliveryView["attempts"][number] | undefined }) {
  if (!attempt) return <>–</>;
  return <>{attempt.status_code ?? <Line text={attempt.error ?? "none yet"} />}</>;
}

/** @param at Unix seconds; null where no attempt is to come. */
function NextAttempt({ at }: { readonly at: number | null }) {
  return <>{at === null ? "–" : new Date(at * 1_000).toLocaleTimeString()}</>;
}
