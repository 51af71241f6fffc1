import { visibleText } from "@bullpen/base";
import { useRef } from "preact/hooks";
import { useAction } from "./use-action.js";

interface ConfirmProps {
  readonly name: string;
  /** What happens, in a sentence or two. */
  readonly text: string;
  readonly act: () => Promise<unknown>;
  /** Whether its button is one of a row of a table. */
  readonly isSmall?: boolean;
}

/** A button for what cannot be undone: it asks, and says why if it fails. */
export function Confirm({ name, text, act, isSmall = false }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { problem, isActing, run, forgetProblem } = useAction();
  const go = () =>
    run(async () => {
      await act();
      dialog.current?.close();
    });
  return (
    <>
      <button
        type="button"
        class={isSmall ? "danger small" : "danger"}
        onClick={() => dialog.current?.showModal()}
      >
        {name}
      </button>
      <dialog ref={dialog} aria-label={name} onClose={forgetProblem}>
        <h2>{name}?</h2>
        <p>{text}</p>
        <p class="problem" role="alert">
          {problem !== undefined && visibleText(problem)}
        </p>
        <div class="actions">
          <button type="button" class="danger" disabled={isActing} onClick={go}>
            {name}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Back
          </button>
        </div>
      </dialog>
    </>
  );
}
