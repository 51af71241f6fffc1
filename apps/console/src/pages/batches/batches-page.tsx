import type { BatchView, Page as PageOf } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { navigate, type Place, withSearch } from "../../routing/router.js";
import { ListFilter } from "../../ui/list-filter.js";
import { Empty, Loaded, Page } from "../../ui/page.js";
import { Pager } from "../../ui/pager.js";
import { BatchTable } from "./batch-table.js";

const STATUSES = [
  "validating",
  "in_progress",
  "finalizing",
  "completed",
  "failed",
  "expired",
  "cancelling",
  "cancelled",
] as const;

const PAGE_LENGTH = 50;
const POLL_MS = 5_000;

export function BatchesPage({ place: { search } }: { readonly place: Place }) {
  const status = STATUSES.find((known) => known === search.get("status"));
  const after = search.get("after") ?? undefined;
  const page = useResource(
    `batches ${status} ${after}`,
    (signal) => client.batches.list({ status, after, limit: PAGE_LENGTH, signal }),
    { pollMs: () => (after === undefined ? POLL_MS : undefined) },
  );
  const path = (values: { after?: string | undefined; status?: string | undefined }) =>
    withSearch("/batches", values);
  return (
    <Page
      title="Batches"
      actions={
        <ListFilter
          list="/batches"
          one="a batch"
          statuses={STATUSES}
          status={status}
          onChange={(next) => navigate(path({ status: next }))}
        />
      }
    >
      <Loaded resource={page}>
        {({ data, last_id, has_more }: PageOf<BatchView>) => (
          <>
            {data.length > 0 ? (
              <BatchTable batches={data} />
            ) : (
              <NoBatches status={status} hasMore={has_more} />
            )}
            <Pager
              first={after === undefined ? undefined : path({ status })}
              next={has_more && last_id !== null ? path({ status, after: last_id }) : undefined}
              nextName="Older batches"
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function NoBatches({ status, hasMore }: { readonly status: string | undefined; readonly hasMore: boolean }) {
  if (hasMore) return <Empty title="None among those that were searched.">There are older batches.</Empty>;
  if (status !== undefined) {
    return <Empty title={`No batch is ${status.replaceAll("_", " ")}.`}>Choose another status.</Empty>;
  }
  return (
    <Empty title="No batches yet.">
      A batch is a file of questions that are answered together:{" "}
      <code>npx bullpen batch submit questions.jsonl</code>
    </Empty>
  );
}
