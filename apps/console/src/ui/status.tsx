/** What a status means at a glance. */
type Tone = "quiet" | "active" | "waiting" | "good" | "bad" | "warning";

const TONES: Readonly<Record<string, Tone>> = {
  queued: "quiet",
  validating: "active",
  running: "active",
  in_progress: "active",
  finalizing: "active",
  waiting_for_tool: "waiting",
  requires_action: "waiting",
  cancelling: "waiting",
  active: "good",
  revoked: "bad",
  completed: "good",
  delivered: "good",
  failed: "bad",
  expired: "warning",
  cancelled: "quiet",
  pending: "waiting",
};

/** A status in words, with its colour beside it. */
export function Status({ value }: { readonly value: string }) {
  return <span class={`status ${TONES[value] ?? "quiet"}`}>{value.replaceAll("_", " ")}</span>;
}
