import { visibleText } from "@bullpen/base";
import { useRef, useState } from "preact/hooks";

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
  const [problem, setProblem] = useState<string>();
  const [isActing, setIsActing] = useState(false);
  const go = async () => {
    setIsActing(true);
    try {
      await act();
      dialog.current?.close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsActing(false);
    }
  };
  return (
    <>
      <button
        type="button"
        class={isSmall ? "danger small" : "danger"}
        onClick={() => dialog.current?.showModal()}
      >
        {name}
      </button>
      <dialog ref={dialog} aria-label={name} onClose={() => setProblem(undefined)}>
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
