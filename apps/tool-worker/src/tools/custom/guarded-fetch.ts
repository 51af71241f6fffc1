import type { CustomToolContext } from "@bullpen/tool-sdk";

/** A page is cut to some thousand tokens anyway. */
const MAX_ANSWER_BYTES = 10_000_000;

/**
 * The `fetch` of a tool's calls, for URLs that a model chooses. Each call gives it its signal.
 *
 * @param allowed networks and hosts that may be reached besides public addresses.
 */
export function guardedFetch(
  allowed: readonly string[],
): (signal: AbortSignal) => CustomToolContext["fetch"] {
  let opened: ReturnType<typeof open> | undefined;
  return (signal) => async (url, init) => {
    opened ??= open(allowed);
    const client = await opened;
    const ends = init?.signal ? AbortSignal.any([signal, init.signal]) : signal;
    const options = { maxBytes: MAX_ANSWER_BYTES, redirects: "guarded" } as const;
    // Casts: Node's types of `fetch` are those of another version of undici.
    const request = { ...init, signal: ends } as Parameters<typeof client.fetch>[1];
    return client.fetch(url, request, options).then((response) => response as unknown as Response, explain);
  };
}

/** Loaded at the first use: most tools have none, and each has a process of its own. */
async function open(allowed: readonly string[]) {
  const [{ AddressGuard, parseDestination }, { HttpClient }] = await Promise.all([
    import("@bullpen/outbound"),
    import("@bullpen/outbound/client"),
  ]);
  return new HttpClient({
    guard: new AddressGuard({ allowPrivate: false, allowed: allowed.map(parseDestination) }),
  });
}

/** `fetch failed` says nothing: the model is to read why. */
function explain(error: unknown): never {
  if (error instanceof TypeError && error.cause instanceof Error) throw error.cause;
  throw error;
}
