import { visibleText } from "@bullpen/base";
import type { BatchView } from "@bullpen/client";
import { Link } from "../../routing/router.js";
import { LinesBar } from "../../ui/figures.js";
import { formatCount, formatShare, formatShort } from "../../ui/format.js";
import { Status } from "../../ui/status.js";
import { type Column, Table } from "../../ui/table.js";
import { AgoSeconds } from "../../ui/time.js";

/** Notes of the caller's own that a row has room for. */
const SHOWN_NOTES = 3;

const COLUMNS: readonly Column<BatchView>[] = [
  {
    name: "Batch",
    kind: "wide",
    cell: ({ id, metadata }) => (
      <>
        <Link to={`/batches/${id}`}>
          <code>{id}</code>
        </Link>
        <Notes metadata={metadata} />
      </>
    ),
  },
  { name: "Status", cell: ({ status }) => <Status value={status} /> },
  { name: "Progress", cell: (batch) => <Progress batch={batch} /> },
  {
    name: "Lines",
    kind: "number",
    cell: ({ request_counts }) => formatCount(request_counts.total),
    optional: true,
  },
  {
    name: "Failed",
    kind: "number",
    cell: ({ request_counts: { failed } }) =>
      failed > 0 ? <span class="bad-text">{formatCount(failed)}</span> : "0",
    optional: true,
  },
  { name: "Tokens", kind: "number", cell: ({ usage }) => formatShort(usage.total_tokens), optional: true },
  { name: "Created", cell: ({ created_at }) => <AgoSeconds at={created_at} />, optional: true },
];

export function BatchTable({ batches }: { readonly batches: readonly BatchView[] }) {
  return <Table label="Batches" columns={COLUMNS} rows={batches} keyOf={({ id }) => id} />;
}

function Notes({ metadata }: Pick<BatchView, "metadata">) {
  const notes = Object.entries(metadata ?? {}).slice(0, SHOWN_NOTES);
  if (notes.length === 0) return null;
  return (
    <div class="notes">
      {notes.map(([name, value]) => (
        <bdi key={name}>
          {visibleText(name)}: {visibleText(value)}
        </bdi>
      ))}
    </div>
  );
}

function Progress({ batch: { request_counts } }: { readonly batch: BatchView }) {
  const { total, completed, failed } = request_counts;
  return (
    <div class="with-bar">
      <span>{formatShare(completed + failed, total)}</span>
      <LinesBar counts={request_counts} />
    </div>
  );
}
