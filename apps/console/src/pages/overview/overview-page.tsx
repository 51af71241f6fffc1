import type { ModelView } from "@bullpen/client";
import { client } from "../../data/client.js";
import { type Resource, useResource } from "../../data/use-resource.js";
import type { Place } from "../../routing/router.js";
import { useMay } from "../../shell/session-context.js";
import { Figures } from "../../ui/figures.js";
import { formatCount, formatRate } from "../../ui/format.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { BatchTable } from "../batches/batch-table.js";
import { History } from "./history.js";
import { ModelTable } from "./model-table.js";
import { readServer, type ServerState } from "./server-state.js";
import { WorkerTable } from "./worker-table.js";

const POLL_MS = 3_000;
const RECENT_BATCHES = 6;

export function OverviewPage({ place }: { readonly place: Place }) {
  const isOperator = useMay("operate");
  const batches = useResource(
    "overview batches",
    (signal) => client.batches.list({ limit: RECENT_BATCHES, signal }),
    {
      pollMs: () => POLL_MS,
    },
  );
  return (
    <Page title="Overview">
      {isOperator ? <Server place={place} /> : <ServedModels />}
      <Section title="Latest batches">
        <Loaded resource={batches}>
          {({ data }) =>
            data.length > 0 ? (
              <BatchTable batches={data} />
            ) : (
              <Empty title="No batches yet.">
                Start one with <code>npx bullpen batch submit questions.jsonl</code>.
              </Empty>
            )
          }
        </Loaded>
      </Section>
    </Page>
  );
}

function Server({ place }: { readonly place: Place }) {
  const server = useResource("overview server", readServer, { pollMs: () => POLL_MS });
  return (
    <Loaded resource={server}>
      {(state) => (
        <>
          <ServerFigures state={state} />
          <History place={place} />
          <Section title="Models">
            <ModelTable state={state} />
          </Section>
          <Section title="Workers">
            <WorkerTable workers={state.workers} />
          </Section>
        </>
      )}
    </Loaded>
  );
}

function ServerFigures({ state: { queues, workers } }: { readonly state: ServerState }) {
  const sum = <T,>(list: readonly T[], value: (item: T) => number) =>
    list.reduce((total, item) => total + value(item), 0);
  const slots = sum(workers, (worker) => worker.slots);
  const busy = sum(workers, (worker) => worker.busy_slots);
  return (
    <Figures
      items={[
        { label: "Tokens a second", value: formatRate(sum(workers, (worker) => worker.tokens_per_second)) },
        { label: "Slots busy", value: formatCount(busy), note: `of ${formatCount(slots)}` },
        { label: "Queued", value: formatCount(sum(queues, (queue) => queue.queued)) },
        { label: "Running", value: formatCount(sum(queues, (queue) => queue.running)) },
        { label: "Waiting for a tool", value: formatCount(sum(queues, (queue) => queue.waiting_for_tool)) },
        { label: "Workers", value: formatCount(workers.length) },
      ]}
    />
  );
}

/** What those see who are no operators. */
function ServedModels() {
  const models: Resource<readonly ModelView[]> = useResource("models", (signal) =>
    client.models.list({ signal }),
  );
  return (
    <Loaded resource={models}>
      {(list) => {
        const served = list.filter(({ bullpen }) => bullpen.served);
        return served.length > 0 ? (
          <p>
            Served now: <strong>{served.map(({ id }) => id).join(", ")}</strong>
          </p>
        ) : (
          <Empty title="No model is served.">Queries wait until a worker runs.</Empty>
        );
      }}
    </Loaded>
  );
}
