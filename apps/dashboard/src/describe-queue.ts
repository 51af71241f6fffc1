/** What the board says about a queue, and where the console shows its jobs. */
export interface QueueDescription {
  readonly description: string;
  /** The console's page of a job, by the job's id. */
  readonly pathOf: (jobId: string) => string;
}

/** Jobs of tools, chunks and webhooks are named after what they belong to, with its place or event after it. */
function ownerOf(jobId: string): string {
  return jobId.replace(/-\d+$/, "");
}

/** @param name as Redis has it, such as `agent.demo`. */
export function describeQueue(name: string): QueueDescription {
  const [kind, ...rest] = name.split(".");
  const query = (jobId: string) => `/queries/${encodeURIComponent(ownerOf(jobId))}`;
  const batch = (jobId: string) => `/batches/${encodeURIComponent(ownerOf(jobId))}`;
  if (kind === "agent")
    return { description: `Queries of the model ${rest.join(".")}: a job each`, pathOf: query };
  if (kind === "tools") {
    return { description: `Calls of ${rest.join(".")}: a job each, the child of its query`, pathOf: query };
  }
  if (kind === "batches") return { description: "Batches that run: a job each", pathOf: batch };
  if (kind === "chunks")
    return { description: "Parts of batches: a job each, the child of its batch", pathOf: batch };
  return { description: "Events on their way to webhook endpoints", pathOf: () => "/webhooks" };
}
