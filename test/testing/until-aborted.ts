import { abortable } from "@bullpen/base";

/**
 * Rejects with the signal's reason when the signal aborts, also when it has aborted already: a listener alone waits
 * forever then.
 */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return abortable(new Promise<never>(() => {}), signal);
}
