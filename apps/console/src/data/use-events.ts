import { useEffect, useState } from "preact/hooks";
import { apiUrl } from "./client.js";

export interface Live<T> {
  readonly data: T | undefined;
  /** Whether the stream is broken; the browser opens it again by itself. */
  readonly isBroken: boolean;
}

/**
 * The latest of a stream of server-sent events, opened while somebody sees the page.
 *
 * @param path of the api; `undefined`: nothing is followed.
 * @param isLast tells the event after which nothing comes.
 */
export function useEvents<T>(path: string | undefined, isLast: (data: T) => boolean): Live<T> {
  const [live, setLive] = useState<Live<T>>({ data: undefined, isBroken: false });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `isLast` is the same function whatever its identity
  useEffect(() => {
    setLive({ data: undefined, isBroken: false });
    if (path === undefined) return;
    let source: EventSource | undefined;
    let isOver = false;
    const close = () => {
      source?.close();
      source = undefined;
    };
    const open = () => {
      if (source || isOver) return;
      source = new EventSource(apiUrl(path));
      source.onmessage = ({ data: text }) => {
        const data: T = JSON.parse(text);
        isOver = isLast(data);
        if (isOver) close();
        setLive({ data, isBroken: false });
      };
      source.onerror = () => setLive((before) => ({ ...before, isBroken: true }));
    };
    const follow = () => (document.visibilityState === "visible" ? open() : close());
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      close();
    };
  }, [path]);
  return live;
}
