import type { ModelView, ToolView } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { formatCount } from "../../ui/format.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { type Column, Table } from "../../ui/table.js";
import { AgoSeconds } from "../../ui/time.js";
import { ToolCard } from "./tool-card.js";

const COLUMNS: readonly Column<ModelView>[] = [
  { name: "Model", kind: "wide", cell: ({ id }) => id },
  {
    name: "Served",
    cell: ({ bullpen }) =>
      bullpen.served ? <span class="status good">yes</span> : <span class="status bad">no worker</span>,
  },
  { name: "Context", kind: "number", cell: ({ bullpen }) => formatCount(bullpen.context_tokens) },
  { name: "Known since", cell: ({ created }) => <AgoSeconds at={created} />, optional: true },
];

/** What queries may name: models, and tools with their descriptions and inputs. */
export function ModelsPage() {
  const models = useResource("models", (signal) => client.models.list({ signal }));
  const tools = useResource("tools", (signal) => client.tools.list({ signal }));
  return (
    <Page title="Models and tools">
      <Section title="Models">
        <Loaded resource={models}>
          {(list) =>
            list.length > 0 ? (
              <Table label="Models" columns={COLUMNS} rows={list} keyOf={({ id }) => id} />
            ) : (
              <Empty title="No model yet.">Start a worker: it brings its model.</Empty>
            )
          }
        </Loaded>
      </Section>
      <Section title="Tools">
        <Loaded resource={tools}>{(list) => <Tools tools={list} />}</Loaded>
      </Section>
    </Page>
  );
}

function Tools({ tools }: { readonly tools: readonly ToolView[] }) {
  if (tools.length === 0)
    return <Empty title="No tools.">Start a tool-worker: it announces its tools.</Empty>;
  return (
    <div class="groups">
      {tools.map((tool) => (
        <ToolCard key={tool.id} tool={tool} />
      ))}
    </div>
  );
}
