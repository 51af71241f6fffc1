import { arithmeticQuery } from "../agents/arithmetic-queries.js";
import { roundAll } from "../harness/statistics.js";
import { describeMachine, writeResults } from "../harness/write-results.js";
import { descendantsOf, startBullpenStack } from "./bullpen-stack.js";
import { MAX_TOKENS } from "./served-agents-benchmark.js";

export interface KilledServerOptions {
  /** What a worker needs to start vLLM: `MODEL`, `VLLM_COMMAND`, `VLLM_ARGS`. */
  readonly env: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly queries: number;
  readonly machine: object;
}

/** The part of the queries that has ended when the server is killed. */
const KILL_AT = 0.3;

/** A worker that runs vLLM itself, which is killed with all of its requests in flight: every query has to end well. */
export async function runKilledServer({
  env,
  slots,
  queries,
  machine,
}: KilledServerOptions): Promise<boolean> {
  const asked = performance.now();
  const stack = await startBullpenStack({ ...env, ENGINE: "vllm", SLOTS: String(slots) }, MAX_TOKENS);
  try {
    const startSeconds = (performance.now() - asked) / 1_000;
    console.error(`the stack is ready after ${startSeconds.toFixed(0)} s`);
    let killed: Promise<number> | undefined;
    let endedBefore = 0;
    const round = await stack.answer(
      Array.from({ length: queries }, (_, index) => arithmeticQuery(index)),
      (ended) => {
        if (killed || ended < KILL_AT * queries) return;
        endedBefore = ended;
        killed = killServer(stack.worker.pid);
      },
    );
    if (!killed) throw new Error("the queries had ended before the server was killed");
    const result = {
      ...{ slots, queries, start_s: startSeconds, ended_before_the_kill: endedBefore },
      ...{ right: round.right, failed: round.failed, turns: round.turns, seconds: round.seconds },
    };
    console.log(`killed process ${await killed}: ${JSON.stringify(roundAll(result))}`);
    await writeResults("killed-server", { ...(await describeMachine()), ...machine, ...roundAll(result) });
    return round.failed === 0;
  } finally {
    await stack.stop();
  }
}

async function killServer(worker: number): Promise<number> {
  const server = (await descendantsOf(worker)).find(({ command }) => command.includes(" serve "));
  if (!server) throw new Error("the worker runs no server");
  process.kill(server.pid, "SIGKILL");
  console.error(`killed: ${server.command.slice(0, 120)}`);
  return server.pid;
}
