import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** Something of the api as far as it is known. */
export interface Resource<T> {
  readonly data: T | undefined;
  /** Why the last attempt failed; the data may be older then. */
  readonly error: Error | undefined;
  readonly reload: () => void;
}

export interface ResourceOptions<T> {
  /** Pause between two reads, in milliseconds; `undefined`: it is read once. */
  readonly pollMs?: (data: T | undefined) => number | undefined;
}

/** Pages that were visited show at once what they showed last. */
const remembered = new Map<string, unknown>();
const MAX_REMEMBERED = 100;

function remember(key: string, data: unknown): void {
  remembered.delete(key);
  remembered.set(key, data);
  const [oldest] = remembered.keys();
  if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

/** Pauses after failures grow up to this, in milliseconds. */
const MAX_PAUSE_MS = 15_000;
const FIRST_PAUSE_MS = 2_000;

/**
 * Reads something of the api, again and again where it changes, and not while nobody sees the page.
 *
 * @param key names what is read: another key reads something else.
 */
export function useResource<T>(
  key: string,
  read: (signal: AbortSignal) => Promise<T>,
  options: ResourceOptions<T> = {},
): Resource<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: Error }>({ key });
  const [attempt, setAttempt] = useState(0);
  const latest = useRef({ read, options });
  latest.current = { read, options };

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks for another read
  useEffect(() => {
    const gone = new AbortController();
    void follow(key, gone.signal, latest, (next) => setState({ key, ...next }));
    return () => gone.abort();
  }, [key, attempt]);

  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  // What the state holds may be another key's until the first read of this one.
  const data = state.key === key && "data" in state ? state.data : (remembered.get(key) as T | undefined);
  return { data, error: state.key === key ? state.error : undefined, reload };
}

interface Latest<T> {
  readonly current: {
    readonly read: (signal: AbortSignal) => Promise<T>;
    readonly options: ResourceOptions<T>;
  };
}

async function follow<T>(
  key: string,
  signal: AbortSignal,
  latest: Latest<T>,
  onChange: (state: { data?: T; error?: Error }) => void,
): Promise<void> {
  let data = remembered.get(key) as T | undefined; // what was read under the key before
  let failures = 0;
  while (!signal.aborted) {
    await untilVisible(signal);
    if (signal.aborted) return;
    try {
      data = await latest.current.read(signal);
      if (signal.aborted) return;
      failures = 0;
      remember(key, data);
      onChange({ data });
    } catch (thrown) {
      if (signal.aborted) return;
      failures++;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      onChange(data === undefined ? { error } : { data, error });
    }
    const pollMs = latest.current.options.pollMs?.(data);
    if (pollMs === undefined && (failures === 0 || isRefusal(failures))) return;
    await sleep(
      failures > 0 ? Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS) : (pollMs ?? 0),
      signal,
    );
  }
}

/** What is read once is tried three times. */
function isRefusal(failures: number): boolean {
  return failures >= 3;
}

function untilVisible(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === "visible") return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (document.visibilityState === "visible") done();
    };
    const done = () => {
      document.removeEventListener("visibilitychange", check);
      signal.removeEventListener("abort", done);
      resolve();
    };
    document.addEventListener("visibilitychange", check);
    signal.addEventListener("abort", done);
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
