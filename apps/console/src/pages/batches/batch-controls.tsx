import { type BatchView, isTerminal } from "@bullpen/client";
import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { useMay } from "../../shell/session-context.js";
import { formatCount } from "../../ui/format.js";
import { Problem } from "../../ui/problem.js";
import { useAction } from "../../ui/use-action.js";

interface BatchControlsProps {
  readonly batch: BatchView;
  readonly onChange: () => void;
}

/** Priority and budget of a batch that runs, and how to change them. */
export function BatchControls({ batch, onChange }: BatchControlsProps) {
  const maySubmit = useMay("submit");
  if (isTerminal(batch.status) || !maySubmit) return null;
  const { priority, max_total_tokens: budget } = batch.bullpen;
  return (
    <details>
      <summary>
        Priority <strong>{priority}</strong>,{" "}
        {budget === null ? "no budget" : `budget ${formatCount(budget)} tokens`}
      </summary>
      <ControlsForm batch={batch} onChange={onChange} />
    </details>
  );
}

function ControlsForm({ batch: { id, bullpen }, onChange }: BatchControlsProps) {
  const [priority, setPriority] = useState(String(bullpen.priority));
  const [budget, setBudget] = useState(
    bullpen.max_total_tokens === null ? "" : String(bullpen.max_total_tokens),
  );
  const { problem, run } = useAction();
  const [isSaved, setIsSaved] = useState(false);
  const save = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsSaved(false);
    await run(async () => {
      await client.batches.update(id, {
        bullpen: {
          priority: Number(priority),
          ...(budget.trim() !== "" && { max_total_tokens: Number(budget) }),
        },
      });
      setIsSaved(true);
      onChange();
    });
  };
  return (
    <form class="form" onSubmit={save}>
      <div class="row">
        <label>
          Priority, 1 to 100
          <input
            type="number"
            required
            min={1}
            max={100}
            value={priority}
            onInput={(event) => setPriority(event.currentTarget.value)}
          />
        </label>
        <label>
          Budget, in tokens
          <input
            type="number"
            min={1}
            placeholder="none"
            required={bullpen.max_total_tokens !== null}
            value={budget}
            onInput={(event) => setBudget(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Save</button>
        <span role="status" class="muted">
          {isSaved && "Saved."}
        </span>
      </div>
      <p class="muted">
        Among the batches of a tenant one of priority 20 gets twice the work done of one of 10. When the lines
        have used the budget no other line begins until it is raised.
      </p>
      <Problem text={problem} />
    </form>
  );
}
