import { Problem } from "./problem.js";
import { useAction } from "./use-action.js";

interface ActionButtonProps {
  readonly name: string;
  readonly act: () => Promise<unknown>;
  readonly isSmall?: boolean;
}

/** A button for what can be undone: it acts at once, and says why if it fails. */
export function ActionButton({ name, act, isSmall = false }: ActionButtonProps) {
  const { problem, isActing, run } = useAction();
  return (
    <>
      <button type="button" class={isSmall ? "small" : ""} disabled={isActing} onClick={() => run(act)}>
        {name}
      </button>
      <Problem text={problem} />
    </>
  );
}
