import { visibleText } from "@bullpen/base";
import { type BatchView, isTerminal } from "@bullpen/client";
import { Link } from "../../routing/router.js";
import { AgoSeconds } from "../../ui/time.js";

/** What holds a batch up, and where it comes from. */
export function BatchNotices({ batch: { status, errors, bullpen } }: { readonly batch: BatchView }) {
  const exhausted = bullpen.budget_exhausted_at !== null ? errors?.data[0] : undefined;
  return (
    <>
      {bullpen.paused_at !== null && !isTerminal(status) && (
        <div class="note" role="status">
          <span>
            Paused <AgoSeconds at={bullpen.paused_at} />. Lines that run end; no other begins until it is
            resumed.
          </span>
        </div>
      )}
      {exhausted && (
        <div class="note bad" role="status">
          <span>{visibleText(exhausted.message)}</span>
        </div>
      )}
      {bullpen.retry_of !== null && (
        <p class="muted">
          Runs failed lines of <Link to={`/batches/${bullpen.retry_of}`}>{bullpen.retry_of}</Link> again.
        </p>
      )}
    </>
  );
}
