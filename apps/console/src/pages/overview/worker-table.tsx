import type { WorkerView } from "@bullpen/client";
import { Bar } from "../../ui/figures.js";
import { formatBytes, formatRate, formatShare } from "../../ui/format.js";
import { Empty } from "../../ui/page.js";
import { type Column, Table } from "../../ui/table.js";
import { Ago } from "../../ui/time.js";

const COLUMNS: readonly Column<WorkerView>[] = [
  {
    name: "Worker",
    kind: "wide",
    cell: ({ host, pid, engine }) => (
      <>
        {host} <span class="muted">· {pid}</span>
        <br />
        <span class="muted">{engine}</span>
      </>
    ),
  },
  { name: "Model", cell: ({ model }) => model, optional: true },
  {
    name: "Slots busy",
    cell: ({ slots, busy_slots }) => (
      <div class="with-bar">
        <span>
          {busy_slots} of {slots}
        </span>
        <Bar label="Slots busy" parts={[{ value: busy_slots, tone: "active" }]} total={slots} />
      </div>
    ),
  },
  { name: "Tokens/s", kind: "number", cell: ({ tokens_per_second }) => formatRate(tokens_per_second) },
  { name: "GPUs", cell: ({ gpus }) => <Gpus gpus={gpus} />, optional: true },
  { name: "Started", cell: ({ started_at }) => <Ago at={started_at} />, optional: true },
];

export function WorkerTable({ workers }: { readonly workers: readonly WorkerView[] }) {
  if (workers.length === 0) {
    return (
      <Empty title="No worker runs.">
        Queries wait until one does. Start it with <code>npm start</code>, or see its log if it should be
        there.
      </Empty>
    );
  }
  return <Table label="Workers" columns={COLUMNS} rows={workers} keyOf={({ id }) => id} />;
}

function Gpus({ gpus }: Pick<WorkerView, "gpus">) {
  if (gpus.length === 0) return <span class="muted">none, runs on the CPU</span>;
  return (
    <>
      {gpus.map(({ uuid, index, name, memory_used_bytes: used, memory_total_bytes: total, utilization }) => (
        <div key={uuid} class="with-bar">
          <span title={name}>
            {index}: {utilization === null ? "–" : formatShare(utilization, 1)}
            {used !== null && total !== null && ` · ${formatBytes(used)} of ${formatBytes(total)}`}
          </span>
          {used !== null && total !== null && (
            <Bar label="Memory in use" parts={[{ value: used, tone: "active" }]} total={total} />
          )}
        </div>
      ))}
    </>
  );
}
