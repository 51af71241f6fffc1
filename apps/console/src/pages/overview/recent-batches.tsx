import type { BatchView } from "@bullpen/client";
import { Bar } from "../../ui/figures.js";
import { formatShare } from "../../ui/format.js";
import { Empty } from "../../ui/page.js";
import { Status } from "../../ui/status.js";
import { type Column, Table } from "../../ui/table.js";
import { AgoSeconds } from "../../ui/time.js";

const COLUMNS: readonly Column<BatchView>[] = [
  { name: "Batch", kind: "wide", cell: ({ id }) => <code>{id}</code> },
  { name: "Status", cell: ({ status }) => <Status value={status} /> },
  {
    name: "Progress",
    cell: ({ request_counts: { total, completed, failed } }) => (
      <div class="with-bar">
        <span>{formatShare(completed + failed, total)}</span>
        <Bar
          label="Lines that have ended"
          total={total}
          parts={[
            { value: completed, tone: "good" },
            { value: failed, tone: "bad" },
          ]}
        />
      </div>
    ),
  },
  { name: "Created", cell: ({ created_at }) => <AgoSeconds at={created_at} />, optional: true },
];

export function RecentBatches({ batches }: { readonly batches: readonly BatchView[] }) {
  if (batches.length === 0) {
    return (
      <Empty title="No batches yet.">
        Start one with <code>npx bullpen batch submit questions.jsonl</code>.
      </Empty>
    );
  }
  return <Table label="Latest batches" columns={COLUMNS} rows={batches} keyOf={({ id }) => id} />;
}
