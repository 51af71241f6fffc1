import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

/** What the browser has before every path, without a final slash: nothing, or a path such as `/ops`. */
export const BASE = new URL(document.baseURI).pathname.replace(/\/$/, "");

const listeners = new Set<() => void>();

function announce(): void {
  for (const listener of listeners) listener();
}
addEventListener("popstate", announce);

/** Where the page is: a path below the base, and its query string. */
export interface Place {
  readonly path: string;
  readonly search: URLSearchParams;
}

function currentPlace(): Place {
  const { pathname, search } = location;
  const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  return { path: path === "" ? "/" : path, search: new URLSearchParams(search) };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(currentPlace);
  useEffect(() => {
    const update = () => setPlace(currentPlace());
    listeners.add(update);
    return () => void listeners.delete(update);
  }, []);
  return place;
}

/** @param path below the base, such as `/batches`. */
export function navigate(path: string, options: { readonly replace?: boolean } = {}): void {
  const url = BASE + path;
  if (options.replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  announce();
  if (!options.replace) scrollTo(0, 0);
}

interface LinkProps {
  /** Below the base. */
  readonly to: string;
  readonly class?: string;
  readonly "aria-current"?: "page" | undefined;
  readonly children: ComponentChildren;
}

/** A link within the console. Clicks with a modifier are the browser's. */
export function Link({ to, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a {...rest} href={BASE + to} onClick={follow}>
      {children}
    </a>
  );
}

/** The path of a page with a query string of what is set. */
export function withSearch(path: string, values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).flatMap<[string, string]>(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, value]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
