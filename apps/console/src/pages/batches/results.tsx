import { answerOf, type BatchResult, type BatchView, isTerminal } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Link, type Place, withSearch } from "../../routing/router.js";
import { formatCount, formatDuration } from "../../ui/format.js";
import { Empty, Loaded } from "../../ui/page.js";
import { Pager } from "../../ui/pager.js";
import { Status } from "../../ui/status.js";
import { type Column, Table } from "../../ui/table.js";
import { Line } from "../../ui/text.js";
import { failureOf, traceOf } from "./read-result.js";

const PAGE_LENGTH = 50;
const POLL_MS = 3_000;

interface Row {
  /** Its place in the input, counted from 1. */
  readonly line: number;
  readonly result: BatchResult;
}

/** The results that a batch has, page by page, while it runs too. */
export function Results({ batch, place }: { readonly batch: BatchView; readonly place: Place }) {
  const { id, status, request_counts: counts } = batch;
  const hasEnded = isTerminal(status);
  const after = Math.max(0, Math.floor(Number(place.search.get("after") ?? 0)) || 0);
  const page = useResource(
    `results ${id} ${after} ${hasEnded}`,
    (signal) => client.batches.resultPage(id, { after, limit: PAGE_LENGTH, signal }),
    // A full page does not change any more.
    { pollMs: (results) => (hasEnded || results?.length === PAGE_LENGTH ? undefined : POLL_MS) },
  );
  const path = (from: number) => withSearch(place.path, { after: from > 0 ? String(from) : undefined });
  return (
    <Loaded resource={page}>
      {(results) => (
        <>
          {results.length > 0 ? (
            <ResultTable
              id={id}
              rows={results.map((result, index) => ({ line: after + index + 1, result }))}
            />
          ) : (
            <Empty title={after > 0 ? "No more results." : "No results yet."}>
              {hasEnded
                ? "The batch has ended."
                : "They come as soon as the first part of the batch is done."}
            </Empty>
          )}
          <Pager
            first={after > 0 ? path(0) : undefined}
            next={
              results.length === PAGE_LENGTH && after + PAGE_LENGTH < counts.total
                ? path(after + PAGE_LENGTH)
                : undefined
            }
            nextName={`Lines from ${formatCount(after + PAGE_LENGTH + 1)}`}
          />
        </>
      )}
    </Loaded>
  );
}

function ResultTable({ id, rows }: { readonly id: string; readonly rows: readonly Row[] }) {
  const columns: Column<Row>[] = [
    {
      name: "Line",
      kind: "number",
      cell: ({ line }) => <Link to={`/batches/${id}/lines/${line}`}>{formatCount(line)}</Link>,
    },
    { name: "Your id", cell: ({ result }) => <Line text={result.custom_id} />, optional: true },
    {
      name: "Status",
      cell: ({ result }) => <Status value={failureOf(result) ? "failed" : "completed"} />,
      optional: true,
    },
    {
      name: "Answer",
      kind: "wide",
      cell: ({ result }) => {
        const failure = failureOf(result);
        return failure ? (
          <span class="bad-text">
            <code>{failure.code}</code> <Line text={failure.message} />
          </span>
        ) : (
          <Line text={answerOf(result) ?? ""} />
        );
      },
    },
    {
      name: "Tool calls",
      kind: "number",
      cell: ({ result }) => traceOf(result)?.tool_calls ?? "–",
      optional: true,
    },
    {
      name: "Time",
      kind: "number",
      cell: ({ result }) => {
        const ms = traceOf(result)?.duration_ms;
        return typeof ms === "number" ? formatDuration(ms) : "–";
      },
      optional: true,
    },
  ];
  return <Table label="Results" columns={columns} rows={rows} keyOf={({ line }) => String(line)} />;
}
