import type { BatchFailures } from "@bullpen/client";
import { useRef, useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { navigate } from "../../routing/router.js";
import { formatCount } from "../../ui/format.js";
import { Loaded } from "../../ui/page.js";
import { Problem } from "../../ui/problem.js";
import { useAction } from "../../ui/use-action.js";

interface RetryFailedProps {
  readonly id: string;
  /** Called when the batch itself runs again. */
  readonly onRetried: () => void;
}

/** Runs failed lines of a batch that has ended again: those of the codes that are chosen, in place or as a new batch. */
export function RetryFailed({ id, onRetried }: RetryFailedProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const open = () => {
    setIsOpen(true);
    dialog.current?.showModal();
  };
  const close = () => dialog.current?.close();
  return (
    <>
      <button type="button" onClick={open}>
        Retry failed…
      </button>
      <dialog ref={dialog} aria-label="Retry failed lines" onClose={() => setIsOpen(false)}>
        <h2>Retry failed lines</h2>
        {isOpen && (
          <Choices
            id={id}
            onClose={close}
            onRetried={() => {
              close();
              onRetried();
            }}
          />
        )}
      </dialog>
    </>
  );
}

function Choices({ id, onRetried, onClose }: RetryFailedProps & { readonly onClose: () => void }) {
  const failures = useResource(`failures ${id} true`, (signal) => client.batches.failures(id, { signal }));
  return (
    <Loaded resource={failures}>
      {({ codes }) => <RetryForm id={id} codes={codes} onRetried={onRetried} onClose={onClose} />}
    </Loaded>
  );
}

interface RetryFormProps extends RetryFailedProps {
  readonly codes: BatchFailures["codes"];
  readonly onClose: () => void;
}

function RetryForm({ id, codes, onRetried, onClose }: RetryFormProps) {
  const [left, setLeft] = useState<readonly string[]>([]); // codes that are not run again
  const [inPlace, setInPlace] = useState(true);
  const { problem, isActing, run } = useAction();
  const chosen = codes.filter(({ code }) => !left.includes(code));
  const retry = () =>
    run(async () => {
      const some = left.length > 0 ? { codes: chosen.map(({ code }) => code) } : {};
      const batch = await client.batches.retry(id, { in_place: inPlace, ...some });
      if (inPlace) onRetried();
      else navigate(`/batches/${batch.id}`);
    });
  return (
    <div class="form">
      <fieldset>
        <legend>Lines that failed with</legend>
        {codes.map(({ code, count }) => (
          <label key={code} class="check">
            <input
              type="checkbox"
              checked={!left.includes(code)}
              onChange={({ currentTarget: { checked } }) =>
                setLeft(checked ? left.filter((other) => other !== code) : [...left, code])
              }
            />
            <code>{code}</code>
            <span class="muted">{formatCount(count)}</span>
          </label>
        ))}
      </fieldset>
      <Places inPlace={inPlace} onChange={setInPlace} />
      <Problem text={problem} />
      <div class="actions">
        <button type="button" class="primary" disabled={isActing || chosen.length === 0} onClick={retry}>
          Retry
        </button>
        <button type="button" onClick={onClose}>
          Back
        </button>
      </div>
    </div>
  );
}

interface PlacesProps {
  readonly inPlace: boolean;
  readonly onChange: (inPlace: boolean) => void;
}

function Places({ inPlace, onChange }: PlacesProps) {
  return (
    <fieldset>
      <legend>Their new results</legend>
      <label class="check">
        <input type="radio" name="place" checked={inPlace} onChange={() => onChange(true)} />
        take the place of the failures in this batch
      </label>
      <label class="check">
        <input type="radio" name="place" checked={!inPlace} onChange={() => onChange(false)} />
        are those of a new batch
      </label>
    </fieldset>
  );
}
