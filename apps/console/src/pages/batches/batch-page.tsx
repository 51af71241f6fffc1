import { type BatchView, isTerminal } from "@bullpen/client";
import { useEffect } from "preact/hooks";
import { client } from "../../data/client.js";
import { useEvents } from "../../data/use-events.js";
import { useResource } from "../../data/use-resource.js";
import type { Place } from "../../routing/router.js";
import { LinesBar } from "../../ui/figures.js";
import { Loaded, Page, Section } from "../../ui/page.js";
import { Status } from "../../ui/status.js";
import { Id } from "../../ui/text.js";
import { BatchActions } from "./batch-actions.js";
import { BatchControls } from "./batch-controls.js";
import { BatchFigures } from "./batch-figures.js";
import { BatchNotices } from "./batch-notices.js";
import { Failures } from "./failures.js";
import { Histograms } from "./histograms.js";
import { InputErrors } from "./input-errors.js";
import { Results } from "./results.js";

interface BatchPageProps {
  readonly id: string;
  readonly place: Place;
}

/** One batch, live while it runs. */
export function BatchPage({ id, place }: BatchPageProps) {
  const read = useResource(`batch ${id}`, (signal) => client.batches.get(id, { signal }));
  const runs = read.data !== undefined && !isTerminal(read.data.status);
  const live = useEvents<BatchView>(
    runs ? `/v1/batches/${encodeURIComponent(id)}/events` : undefined,
    ({ status }) => isTerminal(status),
  );
  const batch = live.data ?? read.data;
  const hasEnded = live.data !== undefined && isTerminal(live.data.status);
  useEffect(() => {
    // The stream is over. Should the batch run again, it must not be taken for what is known.
    if (hasEnded) read.reload();
  }, [hasEnded, read.reload]);
  return (
    <Page title="Batch" actions={batch && <BatchActions batch={batch} onChange={read.reload} />}>
      <Loaded resource={{ ...read, data: batch }}>
        {(shown) => (
          <>
            <div class="subject">
              <Id value={shown.id} />
              <Status value={shown.status} />
              {live.isBroken && <span class="muted">The connection broke; it is made again.</span>}
            </div>
            <div class="large-bar">
              <LinesBar counts={shown.request_counts} />
            </div>
            <BatchNotices batch={shown} />
            <BatchFigures batch={shown} />
            <BatchControls batch={shown} onChange={read.reload} />
            {shown.errors && shown.bullpen.budget_exhausted_at === null ? (
              <InputErrors errors={shown.errors.data} />
            ) : (
              <Lines batch={shown} place={place} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Lines({ batch, place }: { readonly batch: BatchView; readonly place: Place }) {
  const { total, failed } = batch.request_counts;
  if (total === 0) return <p class="muted">The input file is being checked, line by line.</p>;
  return (
    <>
      {failed > 0 && (
        <Section title="Failures by code">
          <Failures batch={batch} />
        </Section>
      )}
      {batch.request_counts.completed > 0 && <Histograms batch={batch} />}
      <Section title="Results" note="In the order of the input, as they are finished">
        <Results batch={batch} place={place} />
      </Section>
    </>
  );
}
