import { useEffect, useState } from "preact/hooks";
import { formatAgo } from "./format.js";

/** How often relative times on the page are written again, in milliseconds. */
const TICK_MS = 5_000;

/** The time now, as it goes on. */
export function useNow(everyMs = TICK_MS): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** @param at Unix milliseconds. */
export function Ago({ at }: { readonly at: number | null | undefined }) {
  const now = useNow();
  if (at === null || at === undefined) return <span class="muted">–</span>;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {formatAgo(at, now)}
    </time>
  );
}

/** @param at Unix seconds, as batches and files have them. */
export function AgoSeconds({ at }: { readonly at: number | null | undefined }) {
  return <Ago at={typeof at === "number" ? at * 1_000 : at} />;
}
