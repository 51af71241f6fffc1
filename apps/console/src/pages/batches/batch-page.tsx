import { type BatchView, isTerminal } from "@bullpen/client";
import { apiUrl, client } from "../../data/client.js";
import { useEvents } from "../../data/use-events.js";
import { useResource } from "../../data/use-resource.js";
import type { Place } from "../../routing/router.js";
import { useMay } from "../../shell/session-context.js";
import { Confirm } from "../../ui/confirm.js";
import { LinesBar } from "../../ui/figures.js";
import { Loaded, Page, Section } from "../../ui/page.js";
import { Status } from "../../ui/status.js";
import { Id } from "../../ui/text.js";
import { BatchFigures } from "./batch-figures.js";
import { Failures } from "./failures.js";
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
  return (
    <Page title="Batch" actions={batch && <Actions batch={batch} onChange={read.reload} />}>
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
            <BatchFigures batch={shown} />
            {shown.errors ? (
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
      <Section title="Results" note="In the order of the input, as they are finished">
        <Results batch={batch} place={place} />
      </Section>
    </>
  );
}

function Actions({ batch, onChange }: { readonly batch: BatchView; readonly onChange: () => void }) {
  const maySubmit = useMay("submit");
  const { id, status, output_file_id: output, error_file_id: errors, request_counts: counts } = batch;
  const hasResults = counts.completed + counts.failed > 0;
  const cancel = async () => {
    await client.batches.cancel(id);
    onChange();
  };
  return (
    <>
      {output !== null && (
        <a class="button" href={apiUrl(`/v1/files/${output}/content`)} download>
          Download answers
        </a>
      )}
      {errors !== null && (
        <a class="button" href={apiUrl(`/v1/files/${errors}/content`)} download>
          Download errors
        </a>
      )}
      {!isTerminal(status) && hasResults && (
        <a
          class="button"
          href={apiUrl(`/v1/batches/${id}/results?follow=false`)}
          download={`${id}-so-far.jsonl`}
        >
          Download results so far
        </a>
      )}
      {maySubmit && !isTerminal(status) && status !== "cancelling" && (
        <Confirm
          name="Cancel batch"
          text="Lines that have not ended are not answered any more. What was answered is kept."
          act={cancel}
        />
      )}
    </>
  );
}
