/**
 * Secrets of other processes, and what leads to their data. Everything else may be meant for a tool of one's
 * own, which runs in the tool-worker.
 */
const NOT_FOR_TOOL_WORKER = /^(?:S3_|AWS_|LLM_|DATA_DIR$|HF_TOKEN$|HUGGING_FACE_HUB_TOKEN$)/;

/** What a process of the stack sees of its environment: the tool-worker, which runs what models write, less. */
export function appEnvironment(app: string, env: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(env);
  return Object.fromEntries(
    app === "tool-worker" ? entries.filter(([name]) => !NOT_FOR_TOOL_WORKER.test(name)) : entries,
  );
}
