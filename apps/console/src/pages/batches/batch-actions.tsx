import { type BatchView, isTerminal } from "@bullpen/client";
import { apiUrl, client } from "../../data/client.js";
import { useMay } from "../../shell/session-context.js";
import { ActionButton } from "../../ui/action-button.js";
import { Confirm } from "../../ui/confirm.js";
import { RetryFailed } from "./retry-failed.js";

interface BatchActionsProps {
  readonly batch: BatchView;
  readonly onChange: () => void;
}

/** What can be done with a batch as it is: downloads, and for those who may submit its control. */
export function BatchActions({ batch, onChange }: BatchActionsProps) {
  const maySubmit = useMay("submit");
  const { id, status, request_counts: counts } = batch;
  const hasEnded = isTerminal(status);
  const cancel = async () => {
    await client.batches.cancel(id);
    onChange();
  };
  return (
    <>
      <Downloads batch={batch} />
      {maySubmit && hasEnded && batch.errors === null && counts.failed > 0 && (
        <RetryFailed id={id} onRetried={onChange} />
      )}
      {maySubmit && !hasEnded && status !== "cancelling" && (
        <>
          <PauseOrResume batch={batch} onChange={onChange} />
          <Confirm
            name="Cancel batch"
            text="Lines that have not ended are not answered any more. What was answered is kept."
            act={cancel}
          />
        </>
      )}
    </>
  );
}

function PauseOrResume({ batch: { id, bullpen }, onChange }: BatchActionsProps) {
  const isPaused = bullpen.paused_at !== null;
  const change = async () => {
    await (isPaused ? client.batches.resume(id) : client.batches.pause(id));
    onChange();
  };
  return <ActionButton name={isPaused ? "Resume" : "Pause"} act={change} />;
}

function Downloads({ batch }: Pick<BatchActionsProps, "batch">) {
  const { id, status, output_file_id: output, error_file_id: errors, request_counts: counts } = batch;
  const hasResults = counts.completed + counts.failed > 0;
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
    </>
  );
}
