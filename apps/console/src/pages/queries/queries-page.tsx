import type { Page as PageOf, QueryView } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Link, navigate, type Place, withSearch } from "../../routing/router.js";
import { formatShort } from "../../ui/format.js";
import { ListFilter } from "../../ui/list-filter.js";
import { Empty, Loaded, Page } from "../../ui/page.js";
import { Pager } from "../../ui/pager.js";
import { Status } from "../../ui/status.js";
import { type Column, Table } from "../../ui/table.js";
import { Line } from "../../ui/text.js";
import { Ago } from "../../ui/time.js";

const STATUSES = [
  "queued",
  "running",
  "waiting_for_tool",
  "requires_action",
  "completed",
  "failed",
  "cancelled",
  "expired",
] as const;

const PAGE_LENGTH = 50;
const POLL_MS = 3_000;

const COLUMNS: readonly Column<QueryView>[] = [
  {
    name: "Question",
    kind: "wide",
    cell: ({ id, query, answer, error }) => (
      <>
        <Link to={`/queries/${id}`}>
          <Line text={query} />
        </Link>
        <div class="muted">
          <Line text={answer ?? error?.message ?? ""} />
        </div>
      </>
    ),
  },
  { name: "Status", cell: ({ status }) => <Status value={status} /> },
  { name: "Model", cell: ({ model }) => model, optional: true },
  { name: "Turns", kind: "number", cell: ({ usage }) => usage.turns, optional: true },
  { name: "Tokens", kind: "number", cell: ({ usage }) => formatShort(usage.total_tokens), optional: true },
  { name: "Created", cell: ({ created_at }) => <Ago at={created_at} />, optional: true },
];

/** Queries that were asked one by one. Those of batches are on their batch's page. */
export function QueriesPage({ place: { search } }: { readonly place: Place }) {
  const status = STATUSES.find((known) => known === search.get("status"));
  const after = search.get("after") ?? undefined;
  const page = useResource(
    `queries ${status} ${after}`,
    (signal) => client.queries.list({ ...(status && { status }), after, limit: PAGE_LENGTH, signal }),
    { pollMs: () => (after === undefined ? POLL_MS : undefined) },
  );
  const path = (values: { after?: string | undefined; status?: string | undefined }) =>
    withSearch("/queries", values);
  return (
    <Page
      title="Queries"
      actions={
        <ListFilter
          list="/queries"
          one="a query"
          statuses={STATUSES}
          status={status}
          onChange={(next) => navigate(path({ status: next }))}
        />
      }
    >
      <Loaded resource={page}>
        {({ data, last_id, has_more }: PageOf<QueryView>) => (
          <>
            {data.length > 0 ? (
              <Table label="Queries" columns={COLUMNS} rows={data} keyOf={({ id }) => id} />
            ) : (
              <NoQueries status={status} />
            )}
            <Pager
              first={after === undefined ? undefined : path({ status })}
              next={has_more && last_id !== null ? path({ status, after: last_id }) : undefined}
              nextName="Older queries"
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function NoQueries({ status }: { readonly status: string | undefined }) {
  if (status !== undefined) {
    return <Empty title={`No query is ${status.replaceAll("_", " ")}.`}>Choose another status.</Empty>;
  }
  return (
    <Empty title="No queries.">
      A query is kept for some time after its end. <Link to="/submit">Ask a question</Link>
    </Empty>
  );
}
