import { availableParallelism } from "node:os";

/**
 * Secrets of other processes, and what leads to their data. Everything else may be meant for a tool of one's
 * own, which runs in the tool-worker.
 */
const NOT_FOR_TOOL_WORKER =
  /^(?:S3_|AWS_|LLM_|OIDC_|DATA_DIR$|(?:HF_TOKEN|HUGGING_FACE_HUB_TOKEN|BULLPEN_API_KEY|JUDGE_API_KEY)(?:_FILE)?$)/;

/** What a process of the stack sees of its environment: the tool-worker, which runs what models write, less. */
export function appEnvironment(app: string, env: Readonly<Record<string, string>>): Record<string, string> {
  // Samplers of a worker's model run in this pool, which is made before any code of ours runs. Among few
  // cores one thread is best: more fight with the model's own.
  const samplers = { UV_THREADPOOL_SIZE: String(Math.max(1, Math.min(16, availableParallelism() >> 1))) };
  const entries = Object.entries(app === "worker" ? { ...samplers, ...env } : env);
  return Object.fromEntries(
    app === "tool-worker" ? entries.filter(([name]) => !NOT_FOR_TOOL_WORKER.test(name)) : entries,
  );
}
