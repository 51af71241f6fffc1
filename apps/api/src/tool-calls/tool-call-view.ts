import { callIdOf } from "@bullpen/contracts";
import type { ToolCallView } from "@bullpen/protocol";
import type { WaitingCall } from "@bullpen/queue";

/** A waiting call as callers see it. @param leasedUntil Unix milliseconds; `undefined`: nobody has it. */
export function toToolCallView(
  { call, createdAt }: WaitingCall,
  leasedUntil: number | undefined,
): ToolCallView {
  const { query_id, step, tool_name: name, custom_id, timeout_seconds } = call;
  return {
    id: callIdOf(query_id, step),
    object: "tool_call",
    type: "function",
    function: { name, arguments: call.arguments },
    query_id,
    custom_id: custom_id ?? null,
    created_at: createdAt,
    expires_at: timeout_seconds === undefined ? null : createdAt + timeout_seconds * 1_000,
    leased_until: leasedUntil ?? null,
  };
}
