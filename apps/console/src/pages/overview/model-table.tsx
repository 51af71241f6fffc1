import { BASE } from "../../routing/router.js";
import { useMay } from "../../shell/session-context.js";
import { formatCount } from "../../ui/format.js";
import { Empty } from "../../ui/page.js";
import { type Column, Table } from "../../ui/table.js";
import type { ServerState } from "./server-state.js";

type Queue = ServerState["queues"][number];

export function ModelTable({ state: { models, queues } }: { readonly state: ServerState }) {
  const isAdmin = useMay("admin");
  const served = new Set(models.filter(({ bullpen }) => bullpen.served).map(({ id }) => id));
  if (queues.length === 0) return <Empty title="No model yet.">Start a worker: it brings its model.</Empty>;
  const number = (name: string, value: (queue: Queue) => number, optional = false): Column<Queue> => ({
    name,
    kind: "number",
    optional,
    cell: (queue) => formatCount(value(queue)),
  });
  const columns: Column<Queue>[] = [
    {
      name: "Model",
      kind: "wide",
      cell: ({ model }) =>
        isAdmin ? <a href={`${BASE}/queues/queue/agent.${encodeURIComponent(model)}`}>{model}</a> : model,
    },
    {
      name: "Served",
      cell: ({ model }) =>
        served.has(model) ? <span class="status good">yes</span> : <span class="status bad">no worker</span>,
    },
    number("Queued", (queue) => queue.queued),
    number("Running", (queue) => queue.running),
    number("Waiting", (queue) => queue.waiting_for_tool, true),
    number("Completed", (queue) => queue.completed, true),
    number("Not completed", (queue) => queue.not_completed, true),
  ];
  return <Table label="Models" columns={columns} rows={queues} keyOf={({ model }) => model} />;
}
