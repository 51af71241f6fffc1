import { errorMessage } from "@bullpen/base";
import { useState } from "preact/hooks";

interface Action {
  /** Why it failed the last time. */
  readonly problem: string | undefined;
  readonly isActing: boolean;
  readonly run: (act: () => Promise<unknown>) => Promise<void>;
  readonly forgetProblem: () => void;
}

/** What somebody does by a button or a form, while it is done and when it fails. */
export function useAction(): Action {
  const [problem, setProblem] = useState<string>();
  const [isActing, setIsActing] = useState(false);
  const forgetProblem = () => setProblem(undefined);
  const run = async (act: () => Promise<unknown>) => {
    setIsActing(true);
    forgetProblem();
    try {
      await act();
    } catch (error) {
      setProblem(errorMessage(error));
    } finally {
      setIsActing(false);
    }
  };
  return { problem, isActing, run, forgetProblem };
}
