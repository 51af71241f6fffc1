import { z } from "zod";

/** Longest `tracestate` that is kept: what the standard asks everybody to pass on. */
const MAX_STATE_LENGTH = 512;

/** Version, trace id, span id, flags; ids of zeros are invalid. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The place in a trace that a query was submitted at, as W3C's headers have it. */
export const traceContextSchema = z.object({
  traceparent: z.string(),
  tracestate: z.string().optional(),
  /** Whether the query has a trace of its own, with a link to this place. Default: it belongs to this trace. */
  linked: z.boolean().optional(),
});
export type TraceContext = z.output<typeof traceContextSchema>;

/** The context in a request's headers; one that is not well-formed counts as missing. */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  const hasState = tracestate !== undefined && tracestate !== "" && tracestate.length <= MAX_STATE_LENGTH;
  return { traceparent, ...(hasState && { tracestate }) };
}
