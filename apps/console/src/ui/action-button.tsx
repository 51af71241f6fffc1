import { useState } from "preact/hooks";
import { Problem } from "./problem.js";

interface ActionButtonProps {
  readonly name: string;
  readonly act: () => Promise<unknown>;
  readonly isSmall?: boolean;
}

/** A button for what can be undone: it acts at once, and says why if it fails. */
export function ActionButton({ name, act, isSmall = false }: ActionButtonProps) {
  const [problem, setProblem] = useState<string>();
  const [isActing, setIsActing] = useState(false);
  const go = async () => {
    setIsActing(true);
    setProblem(undefined);
    try {
      await act();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsActing(false);
    }
  };
  return (
    <>
      <button type="button" class={isSmall ? "small" : ""} disabled={isActing} onClick={go}>
        {name}
      </button>
      <Problem text={problem} />
    </>
  );
}
